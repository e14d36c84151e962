//! Finds journeys: RAPTOR (Delling, Pareto and Werneck, ALENEX 2012), round by round, one ride more in each. What is found
//! is a Pareto set: no journey arrives later with as many rides as another.
//!
//! Walks are looked at from the shortest on and left off at the first that comes too late (arXiv 2603.12592).

use crate::day::{Strand, Timeline};
use crate::journey::{Journey, Leg, Ride};
use crate::timetable::Timetable;

/// Rides of one journey. Nobody changes more often in a city, and the labels of a stop are half a line of the cache.
pub const RIDES_MAX: usize = 7;
/// Labels of a stop: before any ride, and after each.
const LABELS: usize = RIDES_MAX + 1;
const NEVER: i32 = i32::MAX;

/// A stop that can be reached on foot from where somebody is, or from which where they go can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approach {
    pub stop: u32,
    pub seconds: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    pub from: &'q [Approach],
    pub to: &'q [Approach],
    /// When they leave, in seconds of the day.
    pub at: i32,
    /// From 1 to [`RIDES_MAX`].
    pub rides_max: usize,
}

/// How a stop was reached in a round.
#[derive(Debug, Clone, Copy, Default)]
struct By {
    strand: u32,
    trip: u32,
    board: u32,
    alight: u32,
}

/// What one search needs of memory; used again for the next.
#[derive(Debug, Default)]
pub struct Search {
    /// When somebody can board at a stop after so many rides, by stop and rides.
    ready: Vec<[i32; LABELS]>,
    /// The stop from which they walked there; the stop itself where they did not walk.
    walked: Vec<[u32; LABELS]>,
    /// When they alight at a stop after so many rides, by stop and rides; and from what.
    alighted: Vec<[i32; LABELS]>,
    by: Vec<[By; LABELS]>,
    /// Seconds from each stop to the end; `u32::MAX` where it is no end.
    egress: Vec<u32>,
    /// Stops where somebody came to be ready in the last round, and where one alighted in this.
    marked: Vec<u32>,
    is_marked: Vec<bool>,
    ridden: Vec<u32>,
    is_ridden: Vec<bool>,
    /// Of each strand the first call from which it is to be looked at; `u32::MAX` of one that is not.
    from_call: Vec<u32>,
    strands: Vec<u32>,
    /// The earliest end after at most so many rides.
    best: [i32; LABELS],
    /// The stop at which the last ride of the best ends.
    last: [u32; LABELS],
    is_new: [bool; LABELS],
}

impl Search {
    /// Journeys that leave at `question.at` or later and arrive as early as can be, for each number of rides that makes a
    /// difference; the fewest rides first.
    pub fn earliest(
        &mut self,
        timetable: &Timetable,
        day: &Timeline,
        question: &Question<'_>,
    ) -> Vec<Journey> {
        self.begin(timetable, day, question);
        self.rounds(timetable, day, question, question.at);
        let found = self.found(timetable, day, question);
        self.end(question);
        found
    }

    /// Journeys that leave between `question.at` and `until`: none leaves earlier, arrives later and has as many rides as
    /// another. In order of leaving.
    pub fn range(
        &mut self,
        timetable: &Timetable,
        day: &Timeline,
        question: &Question<'_>,
        until: i32,
    ) -> Vec<Journey> {
        let mut leave = Vec::new();
        for approach in question.from {
            let (from, to) =
                (question.at + approach.seconds as i32, until.saturating_add(approach.seconds as i32));
            for (strand, call) in day.calls_of(approach.stop) {
                let of = &day.strands[*strand as usize];
                if !timetable.calls(of.pattern)[*call as usize].may_board {
                    continue;
                }
                let first = day.first_from(of, *call, from).unwrap_or(of.trips);
                let departures = (first..of.trips).map(|trip| day.departure(of, trip, *call));
                leave.extend(departures.take_while(|at| *at <= to).map(|at| at - approach.seconds as i32));
            }
        }
        leave.sort_unstable_by(|a, b| b.cmp(a));
        leave.dedup();
        self.begin(timetable, day, question);
        let mut all = Vec::new();
        // The latest first: what it found bounds those that leave before (rRAPTOR, section 4.3 of the same paper).
        for at in leave {
            self.rounds(timetable, day, question, at);
            all.extend(self.found(timetable, day, question));
        }
        self.end(question);
        all.sort_by_key(|journey| (journey.departure, journey.rides()));
        all
    }

    fn begin(&mut self, timetable: &Timetable, day: &Timeline, question: &Question<'_>) {
        let stops = timetable.stops.len();
        for labels in [&mut self.ready, &mut self.alighted] {
            labels.clear();
            labels.resize(stops, [NEVER; LABELS]);
        }
        self.walked.resize(stops, [0; LABELS]);
        self.by.resize(stops, [By::default(); LABELS]);
        self.egress.resize(stops, u32::MAX);
        self.is_marked.resize(stops, false);
        self.is_ridden.resize(stops, false);
        self.from_call.resize(self.from_call.len().max(day.strands.len()), u32::MAX);
        self.best = [NEVER; LABELS];
        for approach in question.to {
            let egress = &mut self.egress[approach.stop as usize];
            *egress = approach.seconds.min(*egress);
        }
    }

    fn end(&mut self, question: &Question<'_>) {
        for approach in question.to {
            self.egress[approach.stop as usize] = u32::MAX;
        }
    }

    fn rounds(&mut self, timetable: &Timetable, day: &Timeline, question: &Question<'_>, at: i32) {
        self.is_new = [false; LABELS];
        for approach in question.from {
            self.get_ready(0, approach.stop, at.saturating_add(approach.seconds as i32), approach.stop);
        }
        for round in 1..=question.rides_max.min(RIDES_MAX) {
            if self.marked.is_empty() {
                return;
            }
            self.choose_strands(day);
            let strands = std::mem::take(&mut self.strands);
            for strand in &strands {
                let from = std::mem::replace(&mut self.from_call[*strand as usize], u32::MAX);
                self.ride(timetable, day, round, *strand, from);
            }
            self.strands = strands;
            for stop in self.marked.drain(..) {
                self.is_marked[stop as usize] = false;
            }
            self.walk(timetable, round);
        }
        for stop in self.marked.drain(..) {
            self.is_marked[stop as usize] = false;
        }
    }

    /// The strands that call where somebody waits, each from the first such call on.
    fn choose_strands(&mut self, day: &Timeline) {
        self.strands.clear();
        for stop in &self.marked {
            for (strand, call) in day.calls_of(*stop) {
                let from = &mut self.from_call[*strand as usize];
                if *from == u32::MAX {
                    self.strands.push(*strand);
                }
                *from = (*from).min(*call);
            }
        }
    }

    fn ride(&mut self, timetable: &Timetable, day: &Timeline, round: usize, strand: u32, from: u32) {
        let of: &Strand = &day.strands[strand as usize];
        let calls = timetable.calls(of.pattern);
        let mut on_board: Option<(u32, u32)> = None;
        for (call, what) in (from..).zip(&calls[from as usize..]) {
            if let Some((trip, board)) = on_board
                && what.may_alight
            {
                let by = By { strand, trip, board, alight: call };
                self.alight(round, what.stop, day.arrival(of, trip, call), by);
            }
            if !what.may_board || !self.is_marked[what.stop as usize] {
                continue;
            }
            let ready = self.ready[what.stop as usize][round - 1];
            let earlier = match on_board {
                None => day.first_from(of, call, ready),
                // Most often no earlier one can be caught; where one can, it is a few trips away.
                Some((mut trip, _)) => {
                    let before = trip;
                    while trip > 0 && day.departure(of, trip - 1, call) >= ready {
                        trip -= 1;
                    }
                    (trip < before).then_some(trip)
                }
            };
            if let Some(trip) = earlier {
                on_board = Some((trip, call));
            }
        }
    }

    fn alight(&mut self, round: usize, stop: u32, at: i32, by: By) {
        if at >= self.best[round] {
            return;
        }
        let number = stop as usize;
        if self.alighted[number][..=round].iter().any(|earlier| *earlier <= at) {
            return;
        }
        (self.alighted[number][round], self.by[number][round]) = (at, by);
        if !self.is_ridden[number] {
            self.is_ridden[number] = true;
            self.ridden.push(stop);
        }
        let egress = self.egress[number];
        if egress != u32::MAX && at.saturating_add(egress as i32) < self.best[round] {
            self.last[round] = stop;
            self.is_new[round] = true;
            for best in &mut self.best[round..] {
                *best = (*best).min(at + egress as i32);
            }
        }
    }

    fn walk(&mut self, timetable: &Timetable, round: usize) {
        let ridden = std::mem::take(&mut self.ridden);
        for stop in &ridden {
            self.is_ridden[*stop as usize] = false;
            let at = self.alighted[*stop as usize][round];
            let change = timetable.changes[*stop as usize] as i32;
            self.get_ready(round, *stop, at.saturating_add(change), *stop);
            for walk in timetable.walks.of(*stop) {
                let arrives = at.saturating_add(walk.seconds as i32);
                if arrives >= self.best[round] {
                    break;
                }
                self.get_ready(round, walk.to, arrives, *stop);
            }
        }
        self.ridden = ridden;
        self.ridden.clear();
    }

    fn get_ready(&mut self, round: usize, stop: u32, at: i32, from: u32) {
        let number = stop as usize;
        if self.ready[number][..=round].iter().any(|earlier| *earlier <= at) {
            return;
        }
        (self.ready[number][round], self.walked[number][round]) = (at, from);
        if !self.is_marked[number] {
            self.is_marked[number] = true;
            self.marked.push(stop);
        }
    }

    /// The journeys that the last rounds made better.
    fn found(&self, timetable: &Timetable, day: &Timeline, question: &Question<'_>) -> Vec<Journey> {
        let new = (1..LABELS).filter(|round| self.is_new[*round]);
        new.map(|round| self.journey(timetable, day, question, round)).collect()
    }

    fn journey(
        &self,
        timetable: &Timetable,
        day: &Timeline,
        question: &Question<'_>,
        rides: usize,
    ) -> Journey {
        let mut legs = Vec::with_capacity(2 * rides + 1);
        let mut stop = self.last[rides];
        let egress = self.egress[stop as usize];
        let arrival = self.best[rides];
        if egress > 0 {
            legs.push(Leg::Walk { from: Some(stop), to: None, seconds: egress });
        }
        for round in (1..=rides).rev() {
            let by = self.by[stop as usize][round];
            let strand = &day.strands[by.strand as usize];
            let board = timetable.calls(strand.pattern)[by.board as usize].stop;
            legs.push(Leg::Ride(Ride {
                running: day.running(strand, by.trip),
                board: by.board,
                alight: by.alight,
                from: board,
                to: stop,
                departure: day.departure(strand, by.trip, by.board),
                arrival: day.arrival(strand, by.trip, by.alight),
            }));
            stop = self.walked[board as usize][round - 1];
            if stop != board {
                let walks = timetable.walks.of(stop);
                let seconds = walks.iter().find(|walk| walk.to == board).map_or(0, |walk| walk.seconds);
                legs.push(Leg::Walk { from: Some(stop), to: Some(board), seconds });
            }
        }
        let access = question
            .from
            .iter()
            .filter(|approach| approach.stop == stop)
            .map(|approach| approach.seconds)
            .min();
        let access = access.unwrap_or(0);
        if access > 0 {
            legs.push(Leg::Walk { from: None, to: Some(stop), seconds: access });
        }
        legs.reverse();
        let first = legs.iter().find_map(|leg| match leg {
            Leg::Ride(ride) => Some(ride.departure),
            Leg::Walk { .. } => None,
        });
        Journey { departure: first.unwrap_or(question.at) - access as i32, arrival, legs }
    }
}

#[cfg(test)]
mod tests;
