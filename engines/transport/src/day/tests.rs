use super::*;
use crate::sample::{CITY, day, feed};
use crate::walking::Walking;

fn timetable(more: &str) -> Timetable {
    feed(&format!("{CITY}{more}"), &Walking::default()).expect("it is read").timetable
}

/// Each strand with the trips in it and when they leave, in minutes.
fn told(timetable: &Timetable, line: &Timeline) -> Vec<String> {
    let strands = line.strands.iter().map(|strand| {
        let trips = (0..strand.trips).map(|trip| {
            let id = &timetable.trips[line.running(strand, trip).trip as usize].id;
            format!("{id} {}", line.departure(strand, trip, 0) / 60)
        });
        trips.collect::<Vec<_>>().join(", ")
    });
    strands.collect()
}

#[test]
fn a_day_has_the_trips_that_move_on_it() {
    let timetable = timetable("");
    for (on, expected) in [
        // Yesterday's night bus is under way at midnight; tomorrow's first trams leave before noon.
        (
            "2026-11-24",
            vec!["1-a 480, 1-b 540, 1-a 1920, 1-b 1980", "2-a 492, 2-a 1932", "N-a -10, N-a 1430"],
        ),
        ("2026-11-23", vec!["1-a 480, 1-b 540, 1-a 1920, 1-b 1980", "2-a 492, 2-a 1932", "N-a 1430"]),
        ("2026-11-22", vec!["1-a 1920, 1-b 1980", "1-s 600", "2-a 1932"]),
        ("2026-11-28", vec!["N-a -10"]),
        ("2027-06-01", vec![]),
    ] {
        let line = Timeline::of(&timetable, day(on));
        assert_eq!(told(&timetable, &line), expected, "{on}");
        assert_eq!(line.is_empty(), expected.is_empty());
    }
}

#[test]
fn a_trip_that_overtakes_has_a_lane_of_its_own() {
    let timetable = timetable(
        "
# trips
route_id service_id trip_id
1 week slow
1 week fast
# stop_times
trip_id arrival_time departure_time stop_id stop_sequence
slow 08:00:00 08:00:00 A 1
slow 09:00:00 09:00:00 D 2
fast 08:10:00 08:10:00 A 1
fast 08:30:00 08:30:00 D 2
",
    );
    let line = Timeline::of(&timetable, day("2026-11-23"));
    assert_eq!(told(&timetable, &line), ["slow 480, slow 1920", "fast 490, fast 1930"]);
}

#[test]
fn the_first_trip_from_a_second_on() {
    let timetable = timetable("");
    let line = Timeline::of(&timetable, day("2026-11-23"));
    let strand = line.strands[0];
    for (minute, expected) in [(0, Some(0)), (480, Some(0)), (481, Some(1)), (541, Some(2)), (1981, None)] {
        assert_eq!(line.first_from(&strand, 0, minute * 60), expected, "{minute}");
    }
    assert_eq!(line.arrival(&strand, 1, 3), 560 * 60);
    assert_eq!(line.time(0).iso(), "2026-11-23T00:00:00Z");
    assert_eq!(line.len(), 7);
}

#[test]
fn hours_are_counted_through_a_change_of_clocks() {
    let rows = CITY.replace("20261101 20261231", "20260301 20261231");
    let timetable = feed(&rows, &Walking::default()).expect("it is read").timetable;
    // The night of Friday's bus, on a Saturday, and that before the Sunday on which clocks go forward: none runs.
    let saturday = Timeline::of(&timetable, day("2026-03-28"));
    assert_eq!(told(&timetable, &saturday), ["N-a -10"]);
    // Monday's trams seen from Sunday: noon to noon is 24 hours, whatever the clock did at night.
    let sunday = Timeline::of(&timetable, day("2026-03-29"));
    assert_eq!(told(&timetable, &sunday), ["1-a 1920, 1-b 1980", "2-a 1932"]);
}
