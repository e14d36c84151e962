//! For peers that count in minutes: writes one day of a feed as a feed of whole minutes, with our walks as its transfers; then
//! asks our search random questions of it and writes each with its answers, for the peer to be asked the same.
//!
//!     minutes FEED DAY FROM_HOUR TO_HOUR QUESTIONS WALK_METRES OUT

use std::fmt::Write as _;
use std::path::Path;

use cpu_time::ThreadTime;
use journeys::{closed, dice, served};
use transport::day::Timeline;
use transport::feeds::Source;
use transport::search::{Approach, Question, RIDES_MAX, Search};
use transport::timetable::Timetable;
use transport::walking::Walking;
use vocab::Day;

/// Seconds of a change at the same stop.
const CHANGE: u32 = 0;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [feed, day, from, to, questions, metres, out] = words.as_slice() else {
        return eprintln!("minutes FEED DAY FROM_HOUR TO_HOUR QUESTIONS WALK_METRES OUT");
    };
    let number = |text: &String| text.parse::<u32>().expect("a number");
    let (out, day) = (Path::new(out), Day::parse(day).expect("a day"));
    let walking = Walking { radius_metres: f64::from(number(metres)), ..Walking::default() };
    let read = |path: &Path, walking: &Walking| {
        transport::gtfs::read(&mut Source::open(path).expect("a feed"), walking)
            .expect("it can be read")
            .timetable
    };
    let mut whole = read(Path::new(feed), &walking);
    whole.walks = closed(&whole);
    write(&whole, day, out);
    let began = ThreadTime::now();
    let timetable = read(out, &Walking { radius_metres: 0.0, ..walking });
    println!("ours: import {:.2} CPU-s", began.elapsed().as_secs_f64());
    let line = Timeline::of(&timetable, day);
    let served = served(&timetable, &line);
    let mut roll = dice();
    let mut back: Vec<Vec<Approach>> = vec![Vec::new(); timetable.stops.len()];
    for stop in 0..timetable.stops.len() as u32 {
        for walk in timetable.walks.of(stop) {
            back[walk.to as usize].push(Approach { stop, seconds: walk.seconds });
        }
    }
    let mut search = Search::default();
    let mut text = String::from("from,to,at,nanoseconds,answers\n");
    let mut took = Vec::new();
    for _ in 0..number(questions) {
        let (start, end) =
            (served[roll(served.len() as u64) as usize], served[roll(served.len() as u64) as usize]);
        let minute = number(from) * 60 + roll(u64::from((number(to) - number(from)) * 60)) as u32;
        let here = |stop| std::iter::once(Approach { stop, seconds: 0 });
        let walks = timetable.walks.of(start).iter().map(|w| Approach { stop: w.to, seconds: w.seconds });
        let access: Vec<Approach> = here(start).chain(walks).collect();
        let egress: Vec<Approach> = here(end).chain(back[end as usize].iter().copied()).collect();
        if start == end || access.iter().any(|approach| approach.stop == end) {
            continue;
        }
        let question =
            Question { from: &access, to: &egress, at: (minute * 60) as i32, rides_max: RIDES_MAX };
        let began = ThreadTime::now();
        let found = search.earliest(&timetable, &line, &question);
        let nanoseconds = began.elapsed().as_nanos();
        took.push(nanoseconds);
        let answers: Vec<String> =
            found.iter().map(|j| format!("{}@{}", j.rides(), line.time(j.arrival).0 / 60_000_000)).collect();
        let (start, end) = (&timetable.stops[start as usize].id, &timetable.stops[end as usize].id);
        let at = line.time((minute * 60) as i32).0 / 60_000_000;
        writeln!(text, "{start},{end},{at},{nanoseconds},{}", answers.join(" ")).expect("memory");
    }
    std::fs::write(out.join("questions.csv"), text).expect("it can be written");
    took.sort_unstable();
    let part = |share: f64| took[((took.len() - 1) as f64 * share) as usize] as f64 / 1e6;
    println!(
        "ours: {} questions, CPU-ms p50 {:.3} p95 {:.3} p99 {:.3}",
        took.len(),
        part(0.5),
        part(0.95),
        part(0.99)
    );
}

fn write(timetable: &Timetable, day: Day, out: &Path) {
    std::fs::create_dir_all(out).expect("a folder");
    let line = Timeline::of(timetable, day);
    let date = day.to_string().replace('-', "");
    let file = |name: &str, text: String| std::fs::write(out.join(name), text).expect("it can be written");
    let zone = timetable.zone.iana_name().unwrap_or("UTC");
    file(
        "agency.txt",
        format!("agency_id,agency_name,agency_url,agency_timezone\nA,A,https://a.example,{zone}\n"),
    );
    file("calendar_dates.txt", format!("service_id,date,exception_type\nD,{date},1\n"));
    let mut stops = String::from("stop_id,stop_name,stop_lat,stop_lon\n");
    let mut transfers = String::from("from_stop_id,to_stop_id,transfer_type,min_transfer_time\n");
    for (number, stop) in timetable.stops.iter().enumerate() {
        let Some(at) = stop.position else { continue };
        writeln!(stops, "s{number},s{number},{:.6},{:.6}", at.latitude, at.longitude).expect("memory");
        writeln!(transfers, "s{number},s{number},2,{CHANGE}").expect("memory");
        for walk in timetable.walks.of(number as u32) {
            writeln!(transfers, "s{number},s{},2,{}", walk.to, walk.seconds.div_ceil(60) * 60)
                .expect("memory");
        }
    }
    file("stops.txt", stops);
    file("transfers.txt", transfers);
    let mut routes = String::from("route_id,agency_id,route_short_name,route_type\n");
    let mut trips = String::from("route_id,service_id,trip_id\n");
    let mut calls =
        String::from("trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n");
    let clock = |minutes: i32| format!("{:02}:{:02}:00", minutes / 60, minutes % 60);
    for (number, strand) in line.strands.iter().enumerate() {
        writeln!(routes, "r{number},A,r{number},3").expect("memory");
        for trip in 0..strand.trips {
            // Yesterday's and tomorrow's trips are not this day's.
            if line.running(strand, trip).shift != 0 {
                continue;
            }
            writeln!(trips, "r{number},D,t{number}-{trip}").expect("memory");
            for (call, of) in timetable.calls(strand.pattern).iter().enumerate() {
                let minutes = |seconds: i32| clock(seconds.div_euclid(60));
                let (arrives, departs) =
                    (line.arrival(strand, trip, call as u32), line.departure(strand, trip, call as u32));
                let closed = |may: bool| if may { 0 } else { 1 };
                let (arrives, departs) = (minutes(arrives), minutes(departs));
                let (board, alight) = (closed(of.may_board), closed(of.may_alight));
                writeln!(calls, "t{number}-{trip},{arrives},{departs},s{},{call},{board},{alight}", of.stop)
                    .expect("memory");
            }
        }
    }
    file("routes.txt", routes);
    file("trips.txt", trips);
    file("stop_times.txt", calls);
}
