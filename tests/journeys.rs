//! Journeys in a real timetable, where its feeds lie beside the checkout.

use std::path::Path;

use causeway_tests::dice::Dice;
use causeway_tests::shared_data;
use transport::day::Timeline;
use transport::feeds::Source;
use transport::gtfs::{self, Read};
use transport::journey::{Journey, Leg};
use transport::search::{Approach, Question, Search};
use transport::timetable::Timetable;
use transport::walking::Walking;
use vocab::Day;

fn read(folder: &Path, name: &str) -> Read {
    let mut source = Source::open(&folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    gtfs::read(&mut source, &Walking::default()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn porto_alegre_is_read_whole() {
    let Some(data) = shared_data("journeys") else { return };
    let folder = data.join("city-porto-alegre");
    // What its PROVENANCE.md counts in the files.
    for (name, routes, stops, trips, calls) in
        [("poa_eptc.zip", 115, 3_986, 2_374, 130_019), ("poa_trensurb.zip", 2, 24, 1_248, 14_855)]
    {
        let Read { timetable, report } = read(&folder, name);
        let own: usize = timetable.trips.iter().map(|trip| timetable.calls(trip.pattern).len()).sum();
        assert_eq!(
            (timetable.routes.len(), timetable.stops.len(), timetable.trips.len(), own),
            (routes, stops, trips, calls),
            "{name}\n{report}"
        );
    }
}

/// The weekday on which most trips move.
fn busiest(timetable: &Timetable) -> Timeline {
    let first = timetable.services.first();
    let days: Vec<Day> =
        (0..first.days_until(timetable.services.last()).min(14)).map(|n| first.plus(n)).collect();
    let lines = days.into_iter().map(|day| Timeline::of(timetable, day));
    lines.max_by_key(Timeline::len).expect("it runs")
}

/// A stop and those around it.
fn around(timetable: &Timetable, stop: u32) -> Vec<Approach> {
    let walks = timetable.walks.of(stop).iter().map(|walk| Approach { stop: walk.to, seconds: walk.seconds });
    std::iter::once(Approach { stop, seconds: 0 }).chain(walks).collect()
}

#[test]
fn ways_through_porto_alegre_can_be_gone() {
    let Some(data) = shared_data("journeys") else { return };
    let timetable = read(&data.join("city-porto-alegre"), "poa_eptc.zip").timetable;
    let line = busiest(&timetable);
    let (mut search, mut dice) = (Search::default(), Dice::new(2026));
    let stops = timetable.stops.len() as u64;
    let mut found = 0;
    for _ in 0..100 {
        let (from, to) = (dice.roll(stops) as u32, dice.roll(stops) as u32);
        let (from, to) = (around(&timetable, from), around(&timetable, to));
        // The feed is an afternoon's.
        let question = Question { from: &from, to: &to, at: 12 * 3600, rides_max: 5 };
        let all = search.range(&timetable, &line, &question, 13 * 3600);
        found += usize::from(!all.is_empty());
        for (n, journey) in all.iter().enumerate() {
            can_be_gone(&timetable, journey);
            let better = all.iter().enumerate().find(|(other, o)| *other != n && o.dominates(journey));
            assert!(better.is_none(), "{journey:?} is dominated by {better:?}");
        }
        // Who leaves at once is not faster than the range says.
        let earliest = search.earliest(&timetable, &line, &question);
        let arrival = |all: &[Journey]| all.iter().map(|journey| journey.arrival).min();
        if let (Some(one), Some(many)) = (arrival(&earliest), arrival(&all)) {
            assert!(one <= many, "{one} and {many}");
        }
    }
    assert!(found >= 70, "{found} of 100");
}

fn can_be_gone(timetable: &Timetable, journey: &Journey) {
    let mut at = journey.departure;
    for leg in &journey.legs {
        match leg {
            Leg::Walk { seconds, .. } => at += *seconds as i32,
            Leg::Ride(ride) => {
                let trip = &timetable.trips[ride.running.trip as usize];
                let times: Vec<(i32, i32)> = timetable.times(trip).collect();
                let departs = times[ride.board as usize].1 + ride.running.shift;
                let arrives = times[ride.alight as usize].0 + ride.running.shift;
                assert!(
                    (departs, arrives) == (ride.departure, ride.arrival)
                        && at <= departs
                        && departs <= arrives,
                    "{ride:?} at {at}: {departs} to {arrives}"
                );
                at = arrives;
            }
        }
    }
    assert_eq!(at, journey.arrival, "{journey:?}");
}
