//! Our timetable search beside vulture's, in one run: the same trips of one day, the same walks, the same questions, one after
//! the other. Prints CPU time of both and every journey of one that the other's do not reach.
//!
//!     journeys FEED DAY FROM_HOUR TO_HOUR QUESTIONS WALK_METRES

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use journeys::{closed, dice, served};
use transport::day::Timeline;
use transport::feeds::Source;
use transport::search::{Approach, Question, Search};
use transport::timetable::Timetable;
use transport::walking::Walking;
use vocab::Day;
use vulture::Timetable as _;
use vulture::{Duration, RouteIdx, SecondOfDay, StopIdx, TripIdx};

/// Rides of one journey at most.
const RIDES: usize = transport::search::RIDES_MAX;
/// Added to every second: theirs cannot be below zero, and last night's trips begin before midnight.
const SHIFT: i32 = 4 * 86_400;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [feed, day, from, to, questions, metres] = words.as_slice() else {
        eprintln!("journeys FEED DAY FROM_HOUR TO_HOUR QUESTIONS WALK_METRES");
        return ExitCode::from(2);
    };
    let number = |text: &String| text.parse::<u32>().expect("a number");
    let walking = Walking { radius_metres: f64::from(number(metres)), ..Walking::default() };
    let mut source = Source::open(Path::new(feed)).expect("the feed can be opened");
    let began = cpu();
    let mut timetable = transport::gtfs::read(&mut source, &walking).expect("the feed can be read").timetable;
    println!("import {:.2} CPU-s, {} MB", (cpu() - began) / 1e9, memory());
    timetable.walks = closed(&timetable);
    let began = cpu();
    let line = Timeline::of(&timetable, Day::parse(day).expect("a day"));
    println!(
        "day {:.1} CPU-ms, {} trips, {} strands, {} MB",
        (cpu() - began) / 1e6,
        line.len(),
        line.strands.len(),
        memory()
    );
    let theirs = Theirs::of(&timetable, &line);
    let mut cache = vulture::RaptorCache::for_timetable(&theirs);
    let mut search = Search::default();
    let mut roll = dice();
    let served = served(&timetable, &line);
    let (mut ours_took, mut theirs_took) = (Vec::new(), Vec::new());
    let (mut found, mut differ, mut worse) = (0, 0, 0);
    for _ in 0..number(questions) {
        let stop = |roll: &mut dyn FnMut(u64) -> u64| served[roll(served.len() as u64) as usize];
        let (start, end) = (stop(&mut roll), stop(&mut roll));
        if start == end {
            continue;
        }
        let at = (number(from) * 3600) as i32 + roll(u64::from((number(to) - number(from)) * 3600)) as i32;
        // Who stands at a stop may walk to another at once, and from another to the end: walks are the same both ways.
        let approach = |stop: u32| -> Vec<Approach> {
            let walks = timetable.walks.of(stop).iter().map(|w| Approach { stop: w.to, seconds: w.seconds });
            std::iter::once(Approach { stop, seconds: 0 }).chain(walks).collect()
        };
        let (access, egress) = (approach(start), approach(end));
        let began = cpu();
        let question = Question { from: &access, to: &egress, at, rides_max: RIDES };
        let ours = search.earliest(&timetable, &line, &question);
        let between = cpu();
        let query = theirs.query().from(StopIdx::new(start)).to(StopIdx::new(end));
        let their_journeys = query
            .max_transfers(RIDES as u8)
            .depart_at(SecondOfDay((at + SHIFT) as u32))
            .run_with_cache(&mut cache);
        theirs_took.push(cpu() - between);
        ours_took.push(between - began);
        let ours: Vec<(usize, i32)> = ours.iter().map(|j| (j.rides(), j.arrival)).collect();
        let theirs: Vec<(usize, i32)> = their_journeys
            .iter()
            .map(|j| (j.plan.len(), j.arrival().0 as i32 - SHIFT))
            .filter(|(rides, _)| (1..=RIDES).contains(rides))
            .collect();
        found += usize::from(!ours.is_empty());
        let reached = |by: &[(usize, i32)], (rides, arrival): (usize, i32)| {
            by.iter().any(|(r, a)| *r <= rides && *a <= arrival)
        };
        // On foot alone is no journey of ours here, and ends theirs early.
        let walk = timetable.walks.of(start).iter().find(|walk| walk.to == end);
        let on_foot = walk.map_or(i32::MAX, |walk| at + walk.seconds as i32);
        let missed = theirs.iter().filter(|j| !reached(&ours, **j)).count();
        let missed_by_them = ours.iter().filter(|j| j.1 < on_foot && !reached(&theirs, **j)).count();
        worse += missed;
        differ += missed_by_them;
        if missed + missed_by_them > 0 {
            println!("{start} to {end} at {at}: ours {ours:?}, theirs {theirs:?}");
        }
    }
    println!(
        "{} questions, {found} with an answer; {worse} journeys of theirs that ours do not reach, {differ} the other way round",
        number(questions)
    );
    for (name, mut took) in [("ours", ours_took), ("vulture", theirs_took)] {
        took.sort_by(f64::total_cmp);
        let part = |share: f64| took[((took.len() - 1) as f64 * share) as usize] / 1e6;
        let mean = took.iter().sum::<f64>() / took.len() as f64 / 1e6;
        println!(
            "{name:8} CPU-ms p50 {:.3} p95 {:.3} p99 {:.3} mean {mean:.3}",
            part(0.5),
            part(0.95),
            part(0.99)
        );
    }
    ExitCode::SUCCESS
}

/// Nanoseconds that this thread has been on a processor.
fn cpu() -> f64 {
    ThreadTime::now().as_duration().as_nanos() as f64
}

/// Resident, in MB.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("pages") * 4096 / 1_000_000
}

/// Our day as vulture's adapter trait asks for it.
struct Theirs<'a> {
    timetable: &'a Timetable,
    line: &'a Timeline,
    /// The strand of each trip, and its number in it.
    strand_of: Vec<(u32, u32)>,
    /// The first trip of each strand.
    first: Vec<u32>,
    calls_of: Vec<Vec<(RouteIdx, u32)>>,
    stops_of: Vec<Vec<StopIdx>>,
    walks_of: Vec<Vec<StopIdx>>,
    seconds: HashMap<(u32, u32), u32>,
}

impl<'a> Theirs<'a> {
    fn of(timetable: &'a Timetable, line: &'a Timeline) -> Theirs<'a> {
        let (mut strand_of, mut first) = (Vec::new(), Vec::new());
        for (number, strand) in line.strands.iter().enumerate() {
            first.push(strand_of.len() as u32);
            strand_of.extend((0..strand.trips).map(|trip| (number as u32, trip)));
        }
        let stops = 0..timetable.stops.len() as u32;
        let calls =
            |stop| line.calls_of(stop).iter().map(|(strand, call)| (RouteIdx::new(*strand), *call)).collect();
        let walks = |stop| timetable.walks.of(stop).iter().map(|walk| StopIdx::new(walk.to)).collect();
        let seconds = stops
            .clone()
            .flat_map(|stop| timetable.walks.of(stop).iter().map(move |w| ((stop, w.to), w.seconds)));
        Theirs {
            timetable,
            line,
            strand_of,
            first,
            calls_of: stops.clone().map(calls).collect(),
            stops_of: (line.strands.iter())
                .map(|strand| {
                    timetable.calls(strand.pattern).iter().map(|call| StopIdx::new(call.stop)).collect()
                })
                .collect(),
            walks_of: stops.clone().map(walks).collect(),
            seconds: seconds.collect(),
        }
    }
}

impl vulture::Timetable for Theirs<'_> {
    fn n_stops(&self) -> usize {
        self.timetable.stops.len()
    }

    fn n_routes(&self) -> usize {
        self.line.strands.len()
    }

    fn get_routes_serving_stop(&self, stop: StopIdx) -> &[(RouteIdx, u32)] {
        &self.calls_of[stop.get() as usize]
    }

    fn get_stops_after(&self, route: RouteIdx, pos: u32) -> &[StopIdx] {
        &self.stops_of[route.get() as usize][pos as usize..]
    }

    fn stop_at(&self, route: RouteIdx, pos: u32) -> StopIdx {
        self.stops_of[route.get() as usize][pos as usize]
    }

    fn get_earliest_trip(&self, route: RouteIdx, at: SecondOfDay, pos: u32) -> Option<TripIdx> {
        let strand = &self.line.strands[route.get() as usize];
        // Told by `pickup_allowed` alone, it boards where nobody may.
        if !self.timetable.calls(strand.pattern)[pos as usize].may_board {
            return None;
        }
        let trip = self.line.first_from(strand, pos, at.0 as i32 - SHIFT)?;
        Some(TripIdx::new(self.first[route.get() as usize] + trip))
    }

    fn get_arrival_time(&self, trip: TripIdx, pos: u32) -> SecondOfDay {
        let (strand, trip) = self.strand_of[trip.get() as usize];
        SecondOfDay((self.line.arrival(&self.line.strands[strand as usize], trip, pos) + SHIFT) as u32)
    }

    fn get_departure_time(&self, trip: TripIdx, pos: u32) -> SecondOfDay {
        let (strand, trip) = self.strand_of[trip.get() as usize];
        SecondOfDay((self.line.departure(&self.line.strands[strand as usize], trip, pos) + SHIFT) as u32)
    }

    fn pickup_allowed(&self, trip: TripIdx, pos: u32) -> bool {
        let (strand, _) = self.strand_of[trip.get() as usize];
        self.timetable.calls(self.line.strands[strand as usize].pattern)[pos as usize].may_board
    }

    fn drop_off_allowed(&self, trip: TripIdx, pos: u32) -> bool {
        let (strand, _) = self.strand_of[trip.get() as usize];
        self.timetable.calls(self.line.strands[strand as usize].pattern)[pos as usize].may_alight
    }

    fn get_footpaths_from(&self, stop: StopIdx) -> &[StopIdx] {
        &self.walks_of[stop.get() as usize]
    }

    fn get_transfer_time(&self, from: StopIdx, to: StopIdx) -> Duration {
        Duration(self.seconds.get(&(from.get(), to.get())).copied().unwrap_or(0))
    }

    fn footpaths_are_transitively_closed(&self) -> bool {
        true
    }
}
