//! A whole feed, table after table, into a timetable.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use vocab::Position;

use super::called::{Called, complete};
use super::table::Table;
use super::{Refused, Report, Tables, calendar};
use crate::timetable::{Access, Call, Pattern, Route, Stop, StopKind, Timetable, Trip};
use crate::walking::{self, Walking};

/// A timetable, and what was wrong with the feed.
pub struct Read {
    pub timetable: Timetable,
    pub report: Report,
}

/// Reads a feed. Walks between its stops are those it gives and, as the crow flies, those that `walking` allows.
pub fn read(source: &mut dyn Tables, walking: &Walking) -> Result<Read, Refused> {
    let mut report = Report::default();
    let zone = zone(source, &mut report)?;
    let (services, service_numbers) = calendar::read(source, &mut report)?;
    let (stops, stop_numbers) = stops(source, &mut report)?;
    let (routes, route_numbers) = routes(source, &mut report)?;
    let mut trips = Trips::read(source, &mut report, &route_numbers, &service_numbers)?;
    let mut laid = Laid::default();
    let calls = calls(source, &mut report, &trips.numbers, &stop_numbers)?;
    let place = |stop: u32| stops[stop as usize].position;
    let mut is_called = vec![false; trips.all.len()];
    for of_trip in calls.chunk_by(|a, b| a.trip == b.trip) {
        let number = of_trip[0].trip as usize;
        is_called[number] = true;
        let trip = &mut trips.all[number];
        match complete(of_trip, place) {
            Ok(times) => laid.lay(trip, of_trip, &times),
            Err(broken) => report.add(broken.rule(), CALLS, 0, format!("the trip {}", trip.id)),
        }
    }
    for (trip, _) in trips.all.iter().zip(is_called).filter(|(_, is_called)| !is_called) {
        report.add("unused_trip", TRIPS, 0, format!("the trip {} calls nowhere", trip.id));
    }
    let headways = headways(source, &mut report, &trips.numbers)?;
    let mut running = Vec::with_capacity(trips.all.len());
    for (number, trip) in trips.all.into_iter().enumerate().filter(|(_, trip)| trip.pattern != NO_PATTERN) {
        match headways.get(&(number as u32)) {
            None => running.push(trip),
            Some(of_trip) => running.extend(of_trip.iter().flat_map(|headway| headway.trips(&trip, &laid))),
        }
    }
    running.sort_by_key(|trip| trip.pattern);
    let (walks, changes) =
        walking::between(&stops, given_walks(source, &mut report, &stop_numbers)?, walking);
    let timetable = Timetable {
        zone,
        services,
        stops,
        routes,
        trips: running,
        patterns: laid.patterns,
        pattern_stops: laid.pattern_stops,
        profiles: laid.profiles,
        headsigns: trips.headsigns,
        walks,
        changes,
    };
    Ok(Read { timetable, report })
}

const STOPS: &str = "stops.txt";
const TRIPS: &str = "trips.txt";
const CALLS: &str = "stop_times.txt";
/// Of a trip that has no calls.
const NO_PATTERN: u32 = u32::MAX;

/// A table that every feed needs.
fn needed<'s>(
    source: &'s mut dyn Tables,
    file: &'static str,
    columns: &[&'static str],
) -> Result<Table<'s>, Refused> {
    let bytes = source.table(file)?.ok_or(Refused::Missing(file))?;
    Table::new(file, bytes, columns)
}

fn zone(source: &mut dyn Tables, report: &mut Report) -> Result<TimeZone, Refused> {
    const FILE: &str = "agency.txt";
    let mut table = needed(source, FILE, &["agency_timezone"])?;
    let column = table.column("agency_timezone");
    let mut first: Option<String> = None;
    while table.advance(report) {
        let name = table.text(column).into_owned();
        match &first {
            None => first = Some(name),
            Some(known) if *known != name => {
                let what = format!("{name} beside {known}, by which all times are read");
                report.add("inconsistent_agency_timezone", FILE, table.row(), what);
            }
            Some(_) => {}
        }
    }
    let name = first.unwrap_or_default();
    TimeZone::get(&name).map_err(|_| Refused::NoZone(name))
}

fn access(text: &str) -> Access {
    match text {
        "1" => Access::Possible,
        "2" => Access::Impossible,
        _ => Access::Unknown,
    }
}

fn stops(source: &mut dyn Tables, report: &mut Report) -> Result<(Vec<Stop>, HashMap<String, u32>), Refused> {
    let mut table = needed(source, STOPS, &["stop_id"])?;
    let column = |table: &Table<'_>, name| table.column(name);
    let (id, name) = (column(&table, "stop_id"), column(&table, "stop_name"));
    let (latitude, longitude) = (column(&table, "stop_lat"), column(&table, "stop_lon"));
    let (kind, parent) = (column(&table, "location_type"), column(&table, "parent_station"));
    let (wheelchair, platform) = (column(&table, "wheelchair_boarding"), column(&table, "platform_code"));
    let mut stops: Vec<Stop> = Vec::new();
    let mut numbers = HashMap::new();
    let mut parents: Vec<(u64, String)> = Vec::new();
    while table.advance(report) {
        let own = table.text(id).into_owned();
        if own.is_empty() || numbers.contains_key(&own) {
            let rule = if own.is_empty() { "missing_required_field" } else { "duplicate_key" };
            report.add(rule, STOPS, table.row(), format!("stop_id {own:?}"));
            continue;
        }
        let place =
            (table.fraction(longitude, "stop_lon", report), table.fraction(latitude, "stop_lat", report));
        let position = match place {
            (Some(longitude), Some(latitude)) => Position::new(longitude, latitude).ok(),
            _ => None,
        };
        let kind = match &*table.text(kind) {
            "1" => StopKind::Station,
            "2" => StopKind::Entrance,
            "3" => StopKind::Node,
            "4" => StopKind::BoardingArea,
            _ => StopKind::Platform,
        };
        match position {
            None if kind == StopKind::Platform => {
                report.add("stop_without_location", STOPS, table.row(), format!("the stop {own}"));
            }
            Some(at) if at.longitude.abs() < 1.0 && at.latitude.abs() < 1.0 => {
                report.add("point_near_origin", STOPS, table.row(), format!("the stop {own}"));
            }
            _ => {}
        }
        numbers.insert(own.clone(), stops.len() as u32);
        parents.push((table.row(), table.text(parent).into_owned()));
        stops.push(Stop {
            id: own,
            name: table.text(name).into_owned(),
            position,
            parent: None,
            kind,
            wheelchair: access(&table.text(wheelchair)),
            platform: table.text(platform).into_owned(),
        });
    }
    join_stations(&mut stops, &numbers, &parents, report);
    Ok((stops, numbers))
}

/// Gives each stop its station, by the row and the name that its feed gives.
fn join_stations(
    stops: &mut [Stop],
    numbers: &HashMap<String, u32>,
    parents: &[(u64, String)],
    report: &mut Report,
) {
    for (stop, (row, parent)) in parents.iter().enumerate().filter(|(_, (_, parent))| !parent.is_empty()) {
        let number = numbers.get(parent).copied();
        match number.map(|number| stops[number as usize].kind) {
            None => report.add(
                "foreign_key_violation",
                STOPS,
                *row,
                format!("there is no parent_station {parent}"),
            ),
            // A station within a station could go round for ever.
            Some(_) if stops[stop].kind == StopKind::Station => {
                report.add(
                    "station_with_parent_station",
                    STOPS,
                    *row,
                    format!("the station {}", stops[stop].id),
                );
            }
            Some(StopKind::Station) => stops[stop].parent = number,
            Some(StopKind::Platform) if stops[stop].kind == StopKind::BoardingArea => {
                stops[stop].parent = number
            }
            Some(_) => {
                report.add("wrong_parent_location_type", STOPS, *row, format!("{parent} is no station"));
            }
        }
    }
}

fn routes(
    source: &mut dyn Tables,
    report: &mut Report,
) -> Result<(Vec<Route>, HashMap<String, u32>), Refused> {
    const FILE: &str = "routes.txt";
    let mut table = needed(source, FILE, &["route_id", "route_type"])?;
    let (id, agency, kind) =
        (table.column("route_id"), table.column("agency_id"), table.column("route_type"));
    let (short, long) = (table.column("route_short_name"), table.column("route_long_name"));
    let (mut routes, mut numbers) = (Vec::new(), HashMap::new());
    while table.advance(report) {
        let own = table.text(id).into_owned();
        let number = table.number(kind, "route_type", report).and_then(|kind| u16::try_from(kind).ok());
        if numbers.contains_key(&own) {
            report.add("duplicate_key", FILE, table.row(), format!("route_id {own:?}"));
            continue;
        }
        numbers.insert(own.clone(), routes.len() as u32);
        routes.push(Route {
            id: own,
            agency: table.text(agency).into_owned(),
            short_name: table.text(short).into_owned(),
            long_name: table.text(long).into_owned(),
            // Most of what a feed leaves untold is a bus.
            kind: number.unwrap_or(3),
        });
    }
    Ok((routes, numbers))
}

struct Trips {
    all: Vec<Trip>,
    numbers: HashMap<String, u32>,
    headsigns: Vec<String>,
}

impl Trips {
    fn read(
        source: &mut dyn Tables,
        report: &mut Report,
        routes: &HashMap<String, u32>,
        services: &HashMap<String, u32>,
    ) -> Result<Trips, Refused> {
        let mut table = needed(source, TRIPS, &["trip_id", "route_id", "service_id"])?;
        let (id, route) = (table.column("trip_id"), table.column("route_id"));
        let (service, to) = (table.column("service_id"), table.column("trip_headsign"));
        let wheelchair = table.column("wheelchair_accessible");
        let mut trips = Trips { all: Vec::new(), numbers: HashMap::new(), headsigns: Vec::new() };
        let mut headsigns: HashMap<String, u32> = HashMap::new();
        while table.advance(report) {
            let own = table.text(id).into_owned();
            let (of_route, of_service) =
                (routes.get(&*table.text(route)), services.get(&*table.text(service)));
            let (Some(route), Some(service)) = (of_route, of_service) else {
                let lacks = if of_route.is_none() { "route_id" } else { "service_id" };
                let what = format!("the trip {own} has a {lacks} that is nowhere else");
                report.add("foreign_key_violation", TRIPS, table.row(), what);
                continue;
            };
            if trips.numbers.contains_key(&own) {
                report.add("duplicate_key", TRIPS, table.row(), format!("trip_id {own:?}"));
                continue;
            }
            let headsign = *headsigns.entry(table.text(to).into_owned()).or_insert_with_key(|sign| {
                trips.headsigns.push(sign.clone());
                trips.headsigns.len() as u32 - 1
            });
            trips.all.push(Trip {
                id: own.as_str().into(),
                route: *route,
                service: *service,
                pattern: NO_PATTERN,
                profile: 0,
                start: 0,
                headsign,
                headway_seconds: 0,
                wheelchair: access(&table.text(wheelchair)),
            });
            trips.numbers.insert(own, trips.all.len() as u32 - 1);
        }
        Ok(trips)
    }
}

/// All calls, those of a trip together and in its order.
fn calls(
    source: &mut dyn Tables,
    report: &mut Report,
    trips: &HashMap<String, u32>,
    stops: &HashMap<String, u32>,
) -> Result<Vec<Called>, Refused> {
    let mut table = needed(source, CALLS, &["trip_id", "stop_id", "stop_sequence"])?;
    let (trip, stop, sequence) =
        (table.column("trip_id"), table.column("stop_id"), table.column("stop_sequence"));
    let (arrival, departure) = (table.column("arrival_time"), table.column("departure_time"));
    let (pick_up, drop_off) = (table.column("pickup_type"), table.column("drop_off_type"));
    let travelled = table.column("shape_dist_traveled");
    let mut all = Vec::new();
    while table.advance(report) {
        let (of_trip, at_stop) = (trips.get(&*table.text(trip)), stops.get(&*table.text(stop)));
        let place = table.number(sequence, "stop_sequence", report);
        let (Some(of_trip), Some(at_stop), Some(sequence)) =
            (of_trip, at_stop, place.and_then(|place| u32::try_from(place).ok()))
        else {
            table.tell_blanks(&[(sequence, "stop_sequence")], report);
            if let Some(place) = place.filter(|place| u32::try_from(*place).is_err()) {
                report.add("number_out_of_range", CALLS, table.row(), format!("stop_sequence is {place}"));
            }
            let lacks = [(of_trip.is_none(), "trip_id"), (at_stop.is_none(), "stop_id")];
            for (_, lacks) in lacks.iter().filter(|(is, _)| *is) {
                let what = format!("{} of {} is nowhere else", lacks, table.text(trip));
                report.add("foreign_key_violation", CALLS, table.row(), what);
            }
            continue;
        };
        all.push(Called {
            trip: *of_trip,
            sequence,
            stop: *at_stop,
            arrival: table.time(arrival, "arrival_time", report),
            departure: table.time(departure, "departure_time", report),
            // Types 2 and 3 ask for a word with the operator or the driver: one can.
            may_board: &*table.text(pick_up) != "1",
            may_alight: &*table.text(drop_off) != "1",
            travelled: table
                .fraction(travelled, "shape_dist_traveled", report)
                .map_or(-1.0, |way| way as f32),
        });
    }
    all.sort_by_key(|call| (call.trip, call.sequence));
    all.dedup_by(|later, earlier| {
        let is_twice = (later.trip, later.sequence) == (earlier.trip, earlier.sequence);
        if is_twice {
            let what = format!("stop_sequence {} of one trip stands twice", later.sequence);
            report.add("duplicate_key", CALLS, 0, what);
        }
        is_twice
    });
    Ok(all)
}

/// Patterns and profiles, each kept once.
#[derive(Default)]
struct Laid {
    patterns: Vec<Pattern>,
    pattern_stops: Vec<Call>,
    profiles: Vec<(i32, i32)>,
    known_patterns: HashMap<Vec<Call>, u32>,
    known_profiles: HashMap<Vec<(i32, i32)>, u32>,
}

impl Laid {
    fn lay(&mut self, trip: &mut Trip, calls: &[Called], times: &[(i32, i32)]) {
        let call = |c: &Called| Call { stop: c.stop, may_board: c.may_board, may_alight: c.may_alight };
        let calls: Vec<Call> = calls.iter().map(call).collect();
        let start = times[0].0;
        let profile: Vec<(i32, i32)> =
            times.iter().map(|(arrival, departure)| (arrival - start, departure - start)).collect();
        trip.start = start;
        trip.pattern = *self.known_patterns.entry(calls).or_insert_with_key(|calls| {
            self.patterns.push(Pattern { at: self.pattern_stops.len() as u32, len: calls.len() as u32 });
            self.pattern_stops.extend(calls);
            self.patterns.len() as u32 - 1
        });
        trip.profile = *self.known_profiles.entry(profile).or_insert_with_key(|profile| {
            self.profiles.extend(profile);
            (self.profiles.len() - profile.len()) as u32
        });
    }
}

/// A row of `frequencies.txt`.
struct Headway {
    from: i32,
    to: i32,
    seconds: i32,
    is_exact: bool,
}

impl Headway {
    /// The trips that it stands for. The times of a row are those of the first departure.
    fn trips<'t>(&'t self, trip: &'t Trip, laid: &Laid) -> impl Iterator<Item = Trip> + use<'t> {
        let waits = laid.profiles[trip.profile as usize].1;
        let departures = (self.from..self.to).step_by(self.seconds as usize);
        departures.map(move |departs| Trip {
            start: departs - waits,
            headway_seconds: if self.is_exact { 0 } else { self.seconds as u32 },
            ..trip.clone()
        })
    }
}

fn headways(
    source: &mut dyn Tables,
    report: &mut Report,
    trips: &HashMap<String, u32>,
) -> Result<HashMap<u32, Vec<Headway>>, Refused> {
    const FILE: &str = "frequencies.txt";
    let Some(bytes) = source.table(FILE)? else { return Ok(HashMap::new()) };
    let mut table = Table::new(FILE, bytes, &["trip_id", "start_time", "end_time", "headway_secs"])?;
    let (trip, start, end) = (table.column("trip_id"), table.column("start_time"), table.column("end_time"));
    let (seconds, exact) = (table.column("headway_secs"), table.column("exact_times"));
    let mut all: HashMap<u32, Vec<Headway>> = HashMap::new();
    while table.advance(report) {
        let Some(number) = trips.get(&*table.text(trip)) else {
            let what = format!("trip_id {:?} is nowhere else", table.text(trip));
            report.add("foreign_key_violation", FILE, table.row(), what);
            continue;
        };
        let (from, to) = (table.time(start, "start_time", report), table.time(end, "end_time", report));
        let every = table.number(seconds, "headway_secs", report);
        let (Some(from), Some(to), Some(every)) = (from, to, every) else {
            let needed = [(start, "start_time"), (end, "end_time"), (seconds, "headway_secs")];
            table.tell_blanks(&needed, report);
            continue;
        };
        let Some(seconds) = i32::try_from(every).ok().filter(|every| *every > 0) else {
            report.add("number_out_of_range", FILE, table.row(), format!("headway_secs is {every}"));
            continue;
        };
        let known = all.entry(*number).or_default();
        if from >= to {
            report.add("start_and_end_range_equal", FILE, table.row(), "it begins when it ends, or later");
        } else if known.iter().any(|other| from < other.to && other.from < to) {
            report.add(
                "overlapping_frequency",
                FILE,
                table.row(),
                format!("of the trip {}", table.text(trip)),
            );
        } else {
            known.push(Headway { from, to, seconds, is_exact: &*table.text(exact) == "1" });
        }
    }
    Ok(all)
}

/// `transfers.txt`: walks that the feed gives, and between which stops it says that there is none.
fn given_walks(
    source: &mut dyn Tables,
    report: &mut Report,
    stops: &HashMap<String, u32>,
) -> Result<Vec<walking::Given>, Refused> {
    const FILE: &str = "transfers.txt";
    let Some(bytes) = source.table(FILE)? else { return Ok(Vec::new()) };
    let mut table = Table::new(FILE, bytes, &["from_stop_id", "to_stop_id"])?;
    let (from, to) = (table.column("from_stop_id"), table.column("to_stop_id"));
    let (kind, least) = (table.column("transfer_type"), table.column("min_transfer_time"));
    let mut all = Vec::new();
    while table.advance(report) {
        let kind = match &*table.text(kind) {
            "" | "0" | "1" => walking::Kind::Possible,
            "2" => walking::Kind::Takes,
            "3" => walking::Kind::Impossible,
            // In-seat transfers lead from trip to trip, not on foot.
            _ => continue,
        };
        let (Some(from), Some(to)) = (stops.get(&*table.text(from)), stops.get(&*table.text(to))) else {
            let what = format!("from {:?} to {:?}", table.text(from), table.text(to));
            report.add("foreign_key_violation", FILE, table.row(), what);
            continue;
        };
        let seconds = table.number(least, "min_transfer_time", report).and_then(|s| u32::try_from(s).ok());
        all.push(walking::Given { from: *from, to: *to, kind, seconds });
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
