//! What the comparisons have in common.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use transport::day::Timeline;
use transport::timetable::{Timetable, Walks};

/// The walks and all walks made of them, so that one is always enough: both sides are given the same.
pub fn closed(timetable: &Timetable) -> Walks {
    let stops = timetable.stops.len() as u32;
    let mut all = Vec::new();
    for start in 0..stops {
        let mut best: HashMap<u32, u32> = HashMap::from([(start, 0)]);
        let mut next = BinaryHeap::from([(Reverse(0), start)]);
        while let Some((Reverse(seconds), stop)) = next.pop() {
            if best.get(&stop).is_some_and(|known| *known < seconds) {
                continue;
            }
            for walk in timetable.walks.of(stop) {
                let there = seconds + walk.seconds;
                if best.get(&walk.to).is_none_or(|known| there < *known) {
                    best.insert(walk.to, there);
                    next.push((Reverse(there), walk.to));
                }
            }
        }
        best.remove(&start);
        all.extend(best.into_iter().map(|(to, seconds)| (start, to, seconds)));
    }
    println!("{} walks, closed", all.len());
    Walks::new(stops as usize, all)
}

/// Stops at which something calls on that day.
pub fn served(timetable: &Timetable, line: &Timeline) -> Vec<u32> {
    (0..timetable.stops.len() as u32).filter(|stop| !line.calls_of(*stop).is_empty()).collect()
}

/// Chance that is the same in every run (xorshift64).
pub fn dice() -> impl FnMut(u64) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    move |sides| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % sides
    }
}
