//! One day of a timetable, laid out for the search: every trip that moves on it, with its times, in strands in which none
//! overtakes another. Who asks of a day pays for its layout once.

use vocab::{Day, Time};

use crate::timetable::Timetable;

/// A day is searched until noon of the next: who leaves before midnight arrives on it. In seconds.
pub const DAY_SECONDS: i32 = 36 * 3600;
const A_DAY: i32 = 86_400;

/// Trips with the same calls, each departing and arriving everywhere no later than those after it.
#[derive(Debug, Clone, Copy)]
pub struct Strand {
    pub pattern: u32,
    pub trips: u32,
    /// Stops of each.
    pub len: u32,
    /// Its first trip in [`Timeline::trips`].
    first: u32,
    /// Its first time in `arrivals` and `departures`; those of a trip stand together.
    at: usize,
}

/// A trip on its service day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Index into [`Timetable::trips`].
    pub trip: u32,
    /// How far its service day begins after this day, in seconds; below zero of yesterday's trips.
    pub shift: i32,
}

/// All times are seconds from where the timetable of the day counts (noon less twelve hours).
#[derive(Debug, Clone)]
pub struct Timeline {
    pub day: Day,
    pub start: Time,
    pub strands: Vec<Strand>,
    trips: Vec<Running>,
    arrivals: Vec<i32>,
    departures: Vec<i32>,
    /// Where the strands of each stop begin; one more than there are stops.
    calls_at: Vec<u32>,
    /// Strands that call at a stop, and at which of their stops.
    calls: Vec<(u32, u32)>,
}

impl Timeline {
    pub fn of(timetable: &Timetable, day: Day) -> Timeline {
        let start = day.timetable_start(&timetable.zone);
        let last = timetable.trips.iter().map(|trip| timetable.ends(trip).1).max();
        let back = last.map_or(0, |last| last.div_euclid(A_DAY) + 1);
        // Yesterday's night trips are still under way, tomorrow's first ones leave before this day ends.
        let days: Vec<(Day, i32)> = (-i64::from(back)..=1)
            .map(|days| {
                let other = day.plus(days);
                (other, ((other.timetable_start(&timetable.zone).0 - start.0) / vocab::time::SECOND) as i32)
            })
            .collect();
        let mut line = Timeline {
            day,
            start,
            strands: Vec::new(),
            trips: Vec::new(),
            arrivals: Vec::new(),
            departures: Vec::new(),
            calls_at: Vec::new(),
            calls: Vec::new(),
        };
        let mut of_pattern: Vec<(i32, i32, Running)> = Vec::new();
        let mut trips = timetable.trips.iter().enumerate().peekable();
        while let Some((_, first)) = trips.peek() {
            let pattern = first.pattern;
            of_pattern.clear();
            while let Some((number, trip)) = trips.next_if(|(_, trip)| trip.pattern == pattern) {
                for (service_day, shift) in &days {
                    if timetable.services.runs(trip.service, *service_day) {
                        let (departs, arrives) = timetable.ends(trip);
                        let (departs, arrives) = (departs + shift, arrives + shift);
                        if arrives >= 0 && departs < DAY_SECONDS {
                            of_pattern.push((
                                departs,
                                arrives,
                                Running { trip: number as u32, shift: *shift },
                            ));
                        }
                    }
                }
            }
            of_pattern.sort_unstable_by_key(|(departs, arrives, running)| (*departs, *arrives, running.trip));
            line.lay(timetable, pattern, &of_pattern);
        }
        line.index(timetable);
        line
    }

    /// Parts the trips of a pattern into strands.
    fn lay(&mut self, timetable: &Timetable, pattern: u32, sorted: &[(i32, i32, Running)]) {
        let mut strands: Vec<(Vec<Running>, Vec<(i32, i32)>)> = Vec::new();
        for (_, _, running) in sorted {
            let trip = &timetable.trips[running.trip as usize];
            let times: Vec<(i32, i32)> =
                timetable.times(trip).map(|(a, d)| (a + running.shift, d + running.shift)).collect();
            let follows = |strand: &(Vec<Running>, Vec<(i32, i32)>)| {
                let before = &strand.1[strand.1.len() - times.len()..];
                before.iter().zip(&times).all(|(before, after)| before.0 <= after.0 && before.1 <= after.1)
            };
            match strands.iter_mut().find(|strand| follows(strand)) {
                Some(strand) => {
                    strand.0.push(*running);
                    strand.1.extend(times);
                }
                None => strands.push((vec![*running], times)),
            }
        }
        for (trips, times) in strands {
            self.strands.push(Strand {
                pattern,
                trips: trips.len() as u32,
                len: timetable.patterns[pattern as usize].len,
                first: self.trips.len() as u32,
                at: self.arrivals.len(),
            });
            self.trips.extend(trips);
            self.arrivals.extend(times.iter().map(|(arrival, _)| arrival));
            self.departures.extend(times.iter().map(|(_, departure)| departure));
        }
    }

    fn index(&mut self, timetable: &Timetable) {
        let stops = timetable.stops.len();
        let mut at = vec![0u32; stops + 1];
        let all = || {
            self.strands.iter().enumerate().flat_map(|(strand, of)| {
                let calls = timetable.calls(of.pattern).iter().enumerate();
                calls.map(move |(number, call)| (call.stop as usize, (strand as u32, number as u32)))
            })
        };
        for (stop, _) in all() {
            at[stop + 1] += 1;
        }
        for stop in 0..stops {
            at[stop + 1] += at[stop];
        }
        let mut next = at.clone();
        let mut calls = vec![(0, 0); at[stops] as usize];
        for (stop, call) in all() {
            calls[next[stop] as usize] = call;
            next[stop] += 1;
        }
        (self.calls_at, self.calls) = (at, calls);
    }

    /// Strands that call at a stop, each with the number of the call.
    pub fn calls_of(&self, stop: u32) -> &[(u32, u32)] {
        let stop = stop as usize;
        &self.calls[self.calls_at[stop] as usize..self.calls_at[stop + 1] as usize]
    }

    pub fn arrival(&self, strand: &Strand, trip: u32, call: u32) -> i32 {
        self.arrivals[strand.at + (trip * strand.len + call) as usize]
    }

    pub fn departure(&self, strand: &Strand, trip: u32, call: u32) -> i32 {
        self.departures[strand.at + (trip * strand.len + call) as usize]
    }

    /// The first trip of a strand that leaves a call at this second or later.
    pub fn first_from(&self, strand: &Strand, call: u32, from: i32) -> Option<u32> {
        let (mut low, mut high) = (0, strand.trips);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.departure(strand, middle, call) < from { low = middle + 1 } else { high = middle }
        }
        (low < strand.trips).then_some(low)
    }

    pub fn running(&self, strand: &Strand, trip: u32) -> Running {
        self.trips[(strand.first + trip) as usize]
    }

    /// A second of this day as an instant.
    pub fn time(&self, second: i32) -> Time {
        self.start.plus(i64::from(second) * vocab::time::SECOND)
    }

    /// Trips of all strands.
    pub fn len(&self) -> usize {
        self.trips.len()
    }

    pub fn is_empty(&self) -> bool {
        self.trips.is_empty()
    }
}

#[cfg(test)]
mod tests;
