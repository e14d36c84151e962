use proptest::prelude::*;
use vocab::Day;

use super::*;
use crate::calendar::Services;
use crate::sample::{CITY, day, feed};
use crate::timetable::{Call, Pattern, Stop, Trip, Walks};
use crate::walking::Walking;

const RADIUS: Walking = Walking { radius_metres: 100.0, metres_per_second: 1.0, detour: 1.0 };

fn stop(timetable: &Timetable, id: &str) -> u32 {
    timetable.stops.iter().position(|stop| stop.id == id).expect(id) as u32
}

/// `8:00-8:20 1-a A-D`: departure, arrival, and the trips with where one boards and alights.
fn told(timetable: &Timetable, journeys: &[Journey]) -> Vec<String> {
    let clock = |seconds: i32| format!("{}:{:02}", seconds.div_euclid(3600), seconds.rem_euclid(3600) / 60);
    let id = |stop: u32| &timetable.stops[stop as usize].id;
    let journey = |journey: &Journey| {
        let rides = journey.legs.iter().filter_map(|leg| match leg {
            Leg::Ride(ride) => {
                let trip = &timetable.trips[ride.running.trip as usize];
                Some(format!(" {} {}-{}", trip.id, id(ride.from), id(ride.to)))
            }
            Leg::Walk { .. } => None,
        });
        format!("{}-{}{}", clock(journey.departure), clock(journey.arrival), rides.collect::<String>())
    };
    journeys.iter().map(journey).collect()
}

fn approach(timetable: &Timetable, from: &str) -> Vec<Approach> {
    from.split_whitespace()
        .map(|word| {
            let (id, seconds) = word.split_once('+').unwrap_or((word, "0"));
            Approach { stop: stop(timetable, id), seconds: seconds.parse().expect("seconds") }
        })
        .collect()
}

/// The earliest ways on a Tuesday, leaving at a minute of it.
fn ask(timetable: &Timetable, from: &str, to: &str, minute: i32) -> Vec<String> {
    let line = Timeline::of(timetable, day("2026-11-24"));
    let (from, to) = (approach(timetable, from), approach(timetable, to));
    let question = Question { from: &from, to: &to, at: minute * 60, rides_max: 4 };
    told(timetable, &Search::default().earliest(timetable, &line, &question))
}

#[test]
fn ways_through_a_small_city() {
    let timetable = feed(CITY, &RADIUS).expect("it is read").timetable;
    for (from, to, minute, expected) in [
        ("A", "D", 470, vec!["8:00-8:20 1-a A-D"]),
        ("A", "D", 480, vec!["8:00-8:20 1-a A-D"]),
        ("A", "D", 481, vec!["9:00-9:20 1-b A-D"]),
        // By foot from C to F, a minute or so; 2-a leaves at 8:12.
        ("A", "E", 470, vec!["8:00-8:30 1-a A-C 2-a F-E"]),
        // With a way to the stop and from it.
        ("A+600", "D+120", 460, vec!["7:50-8:22 1-a A-D"]),
        ("A+600 B+60", "D", 460, vec!["7:50-8:20 1-a A-D"]),
        // Past midnight, and the bus that began yesterday.
        ("D", "A", 1400, vec!["23:50-24:30 N-a D-A"]),
        ("D", "A", -20, vec!["-1:50-0:30 N-a D-A"]),
        ("D", "A", 0, vec!["23:50-24:30 N-a D-A"]),
        // Tomorrow morning.
        ("A", "B", 1400, vec!["32:00-32:05 1-a A-B"]),
        // Nobody goes there.
        ("E", "A", 0, vec![]),
    ] {
        assert_eq!(ask(&timetable, from, to, minute), expected, "{from} to {to} at {minute}");
    }
}

#[test]
fn all_ways_of_a_morning() {
    let timetable = feed(CITY, &RADIUS).expect("it is read").timetable;
    let line = Timeline::of(&timetable, day("2026-11-24"));
    let (from, to) = (approach(&timetable, "A B+60"), approach(&timetable, "D"));
    let question = Question { from: &from, to: &to, at: 7 * 3600, rides_max: 4 };
    let found = Search::default().range(&timetable, &line, &question, 10 * 3600);
    assert_eq!(told(&timetable, &found), ["8:04-8:20 1-a B-D", "9:04-9:20 1-b B-D"]);
}

#[test]
fn a_change_takes_its_time_and_a_call_may_be_closed() {
    let rows = "
# transfers
from_stop_id to_stop_id transfer_type min_transfer_time
C F 2 180
";
    let timetable = feed(&format!("{CITY}{rows}"), &RADIUS).expect("it is read").timetable;
    // 8:10 and three minutes are too late for 8:12; the next is tomorrow's.
    assert_eq!(ask(&timetable, "A", "E", 470), ["8:00-32:30 1-a A-C 2-a F-E"]);
    let closed = CITY
        .replace("stop_id stop_sequence", "stop_id stop_sequence pickup_type drop_off_type")
        .replace("1-a . . B 2", "1-a . . B 2 1 1");
    let timetable = feed(&closed, &RADIUS).expect("it is read").timetable;
    assert_eq!(ask(&timetable, "B", "D", 470), ["9:05-9:20 1-b B-D"]);
    assert_eq!(ask(&timetable, "A", "B", 470), ["9:00-9:05 1-b A-B"]);
}

const STOPS: u32 = 7;

/// A city that nobody would build: any trips over any stops, with walks of any length.
#[derive(Debug, Clone)]
struct City {
    /// Of each pattern its calls, and of each of its trips when it starts and how long each hop and stay takes.
    patterns: Vec<(Vec<Call>, Vec<(i32, Vec<(u8, u8)>)>)>,
    walks: Vec<(u32, u32, u32)>,
    changes: Vec<u32>,
}

fn city() -> impl Strategy<Value = City> {
    let call = (0..STOPS, proptest::bool::weighted(0.9), proptest::bool::weighted(0.9));
    let call = call.prop_map(|(stop, may_board, may_alight)| Call { stop, may_board, may_alight });
    let trip = (0..600i32, proptest::collection::vec((0..60u8, 0..20u8), 6));
    let pattern = (proptest::collection::vec(call, 2..6), proptest::collection::vec(trip, 1..5));
    let walk = (0..STOPS, 0..STOPS, 1..90u32).prop_filter("to another stop", |(from, to, _)| from != to);
    let parts = (
        proptest::collection::vec(pattern, 1..7),
        proptest::collection::vec(walk, 0..8),
        proptest::collection::vec(0..30u32, STOPS as usize),
    );
    parts.prop_map(|(patterns, walks, changes)| City { patterns, walks, changes })
}

impl City {
    fn timetable(&self, on: Day) -> Timetable {
        let mut services = Services::between(on, on);
        let service = services.add();
        services.set(service, on, true);
        let stop = |number: u32| Stop {
            id: number.to_string(),
            name: String::new(),
            position: None,
            parent: None,
            kind: Default::default(),
            wheelchair: Default::default(),
            platform: String::new(),
        };
        let mut timetable = Timetable {
            zone: jiff::tz::TimeZone::UTC,
            services,
            stops: (0..STOPS).map(stop).collect(),
            routes: Vec::new(),
            trips: Vec::new(),
            patterns: Vec::new(),
            pattern_stops: Vec::new(),
            profiles: Vec::new(),
            headsigns: Vec::new(),
            walks: Walks::new(STOPS as usize, self.walks.clone()),
            changes: self.changes.clone(),
        };
        for (calls, trips) in &self.patterns {
            let pattern = timetable.patterns.len() as u32;
            timetable
                .patterns
                .push(Pattern { at: timetable.pattern_stops.len() as u32, len: calls.len() as u32 });
            timetable.pattern_stops.extend(calls);
            for (start, hops) in trips {
                let profile = timetable.profiles.len() as u32;
                let mut at = 0;
                for (hop, stay) in &hops[..calls.len()] {
                    timetable.profiles.push((at, at + i32::from(*stay)));
                    at += i32::from(*stay) + i32::from(*hop);
                }
                timetable.trips.push(Trip {
                    id: timetable.trips.len().to_string().into(),
                    route: 0,
                    service,
                    pattern,
                    profile,
                    start: *start,
                    headsign: 0,
                    headway_seconds: 0,
                    wheelchair: Default::default(),
                });
            }
        }
        timetable
    }
}

/// The earliest arrival with at most so many rides, by looking at every trip from every call, round after round.
fn by_hand(timetable: &Timetable, question: &Question<'_>) -> Vec<i32> {
    let stops = timetable.stops.len();
    let mut ready = vec![NEVER; stops];
    for approach in question.from {
        let at = &mut ready[approach.stop as usize];
        *at = (*at).min(question.at + approach.seconds as i32);
    }
    let mut best = Vec::new();
    for _ in 0..question.rides_max {
        let mut alighted = vec![NEVER; stops];
        for trip in &timetable.trips {
            let calls: Vec<(Call, (i32, i32))> =
                timetable.calls(trip.pattern).iter().copied().zip(timetable.times(trip)).collect();
            for (board, (from, (_, departs))) in calls.iter().enumerate() {
                if !from.may_board || ready[from.stop as usize] > *departs {
                    continue;
                }
                for (to, (arrives, _)) in calls[board + 1..].iter().filter(|(to, _)| to.may_alight) {
                    let at = &mut alighted[to.stop as usize];
                    *at = (*at).min(*arrives);
                }
            }
        }
        let ends = question
            .to
            .iter()
            .map(|approach| alighted[approach.stop as usize].saturating_add(approach.seconds as i32));
        best.push(ends.min().unwrap_or(NEVER));
        for stop in (0..stops as u32).filter(|stop| alighted[*stop as usize] < NEVER) {
            let at = alighted[stop as usize];
            let change = at + timetable.changes[stop as usize] as i32;
            ready[stop as usize] = ready[stop as usize].min(change);
            for walk in timetable.walks.of(stop) {
                let there = &mut ready[walk.to as usize];
                *there = (*there).min(at + walk.seconds as i32);
            }
        }
    }
    best
}

/// Whether one can really go that way.
fn holds(timetable: &Timetable, question: &Question<'_>, journey: &Journey) -> Result<(), String> {
    let mut at = journey.departure;
    let mut was_walk = false;
    let mut stop: Option<u32> = None;
    for (number, leg) in journey.legs.iter().enumerate() {
        match leg {
            Leg::Walk { from, to, seconds } => {
                if was_walk {
                    return Err("two walks in a row".into());
                }
                let known = match (from, to) {
                    (None, Some(to)) => question.from.contains(&Approach { stop: *to, seconds: *seconds }),
                    (Some(from), None) => question.to.contains(&Approach { stop: *from, seconds: *seconds }),
                    (Some(from), Some(to)) => {
                        timetable.walks.of(*from).iter().any(|w| w.to == *to && w.seconds == *seconds)
                    }
                    (None, None) => false,
                };
                if !known {
                    return Err(format!("no such walk: {leg:?}"));
                }
                at += *seconds as i32;
                stop = *to;
                was_walk = true;
            }
            Leg::Ride(ride) => {
                let trip = &timetable.trips[ride.running.trip as usize];
                let calls: Vec<(Call, (i32, i32))> =
                    timetable.calls(trip.pattern).iter().copied().zip(timetable.times(trip)).collect();
                let (board, alight) = (calls[ride.board as usize], calls[ride.alight as usize]);
                let change = match stop {
                    Some(stop) if !was_walk && number > 0 => timetable.changes[stop as usize] as i32,
                    _ => 0,
                };
                let fits = board.0.stop == ride.from
                    && alight.0.stop == ride.to
                    && board.0.may_board
                    && alight.0.may_alight
                    && ride.board < ride.alight
                    && board.1.1 == ride.departure
                    && alight.1.0 == ride.arrival
                    && stop.is_none_or(|stop| stop == ride.from)
                    && at + change <= ride.departure;
                if !fits {
                    return Err(format!("no such ride: {ride:?} at {at}"));
                }
                at = ride.arrival;
                stop = Some(ride.to);
                was_walk = false;
            }
        }
    }
    if at == journey.arrival && journey.departure >= question.at {
        Ok(())
    } else {
        Err(format!("it ends at {at}"))
    }
}

fn approaches() -> impl Strategy<Value = Vec<Approach>> {
    let one = (0..STOPS, 0..60u32).prop_map(|(stop, seconds)| Approach { stop, seconds });
    proptest::collection::vec(one, 1..3)
}

proptest! {
    #[test]
    fn the_earliest_are_those_found_by_hand(
        city in city(), from in approaches(), to in approaches(), at in 0..600i32, rides_max in 1..6usize,
    ) {
        let on = day("2026-11-24");
        let timetable = city.timetable(on);
        let line = Timeline::of(&timetable, on);
        let question = Question { from: &from, to: &to, at, rides_max };
        let mut search = Search::default();
        let found = search.earliest(&timetable, &line, &question);
        let mut expected: Vec<(usize, i32)> = Vec::new();
        for (round, best) in by_hand(&timetable, &question).into_iter().enumerate() {
            if best < expected.last().map_or(NEVER, |(_, before)| *before) {
                expected.push((round + 1, best));
            }
        }
        let arrivals: Vec<(usize, i32)> = found.iter().map(|j| (j.rides(), j.arrival)).collect();
        prop_assert_eq!(arrivals, expected);
        for journey in &found {
            prop_assert_eq!(holds(&timetable, &question, journey), Ok(()), "{:?}", journey);
        }
        // What a search leaves behind does not change the next.
        prop_assert_eq!(search.earliest(&timetable, &line, &question), found);
    }

    #[test]
    fn a_range_holds_the_best_of_every_second(city in city(), from in approaches(), to in approaches(), at in 0..300i32) {
        let on = day("2026-11-24");
        let timetable = city.timetable(on);
        let line = Timeline::of(&timetable, on);
        let until = at + 300;
        let question = Question { from: &from, to: &to, at, rides_max: 4 };
        let found = Search::default().range(&timetable, &line, &question, until);
        for (n, journey) in found.iter().enumerate() {
            prop_assert_eq!(holds(&timetable, &question, journey), Ok(()), "{:?}", journey);
            for other in &found[n + 1..] {
                prop_assert!(!journey.dominates(other) && !other.dominates(journey), "{journey:?} {other:?}");
            }
        }
        for second in (at..=until).step_by(7) {
            let mut bound = NEVER;
            for (round, best) in by_hand(&timetable, &Question { at: second, ..question }).into_iter().enumerate() {
                // Who may leave later than the range finds more than it.
                let leaves = |journey: &&Journey| journey.departure >= second && journey.rides() <= round + 1;
                let ours = found.iter().filter(leaves).map(|journey| journey.arrival).min().unwrap_or(NEVER);
                bound = bound.min(best);
                let later = by_hand(&timetable, &Question { at: until + 1, ..question })[..=round].iter().min().copied();
                prop_assert_eq!(ours.min(later.unwrap_or(NEVER)), bound, "at {} with {} rides", second, round + 1);
            }
        }
    }
}
