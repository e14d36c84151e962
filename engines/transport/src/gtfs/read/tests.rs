use super::*;
use crate::sample::{CITY, day, feed};

fn city() -> Read {
    feed(CITY, &Walking { radius_metres: 0.0, ..Walking::default() }).expect("it is read")
}

#[test]
fn a_feed_is_read() {
    let Read { timetable, report } = city();
    assert_eq!(report, Report::default());
    assert_eq!((timetable.stops.len(), timetable.routes.len(), timetable.trips.len()), (7, 3, 5));
    // Both trips of line 1 share a pattern and, since B is half way, a profile.
    assert_eq!((timetable.patterns.len(), timetable.profiles.len()), (4, 4 + 2 + 2 + 2));
    let told: Vec<String> = timetable
        .trips
        .iter()
        .map(|trip| {
            let times: Vec<String> =
                timetable.times(trip).map(|(a, d)| format!("{}-{}", a / 60, d / 60)).collect();
            format!("{} {}", trip.id, times.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        [
            "1-a 480-480 485-485 490-491 500-500",
            "1-b 540-540 545-545 550-551 560-560",
            "1-s 600-600 620-620",
            "2-a 492-492 510-510",
            "N-a 1430-1430 1470-1470",
        ]
    );
    let access: Vec<Access> = timetable.stops[..3].iter().map(|stop| stop.wheelchair).collect();
    assert_eq!(access, [Access::Possible, Access::Impossible, Access::Unknown]);
    assert_eq!(timetable.stops[2].parent, Some(6));
}

#[test]
fn services_run_on_their_days() {
    let Read { timetable, .. } = city();
    let runs = |trip: &str, on: &str| {
        let trip = timetable.trips.iter().find(|known| &*known.id == trip).expect("a trip");
        timetable.services.runs(trip.service, day(on))
    };
    for (trip, on, expected) in [
        ("1-a", "2026-11-23", true),
        ("1-a", "2026-11-21", false),
        ("1-a", "2026-12-08", false),
        ("1-s", "2026-11-22", true),
        ("1-s", "2026-11-29", false),
    ] {
        assert_eq!(runs(trip, on), expected, "{trip} on {on}");
    }
}

/// A change to one table of the city, and what its report then says.
#[test]
fn what_is_wrong_is_named_as_the_validator_names_it() {
    for (from, to, rule, times) in [
        ("1-a 08:20:00 08:20:00 D 4", "1-a 08:20:00 08:20:00 X 4", "foreign_key_violation", 1),
        (
            "1-a 08:10:00 08:11:00 C 3",
            "1-a 08:10:00 08:09:00 C 3",
            "stop_time_with_arrival_before_previous_departure_time",
            1,
        ),
        ("1-a 08:00:00 08:00:00 A 1", "1-a . . A 1", "missing_trip_edge", 1),
        ("1-a 08:00:00 08:00:00 A 1", "1-a 8h 8h A 1", "invalid_time", 2),
        ("N-a 24:30:00 24:30:00 A 2", "", "unusable_trip", 1),
        ("2-a 08:30:00 08:30:00 E 2", "2-a 08:30:00 08:30:00 E 1", "duplicate_key", 1),
        ("E Echo 41.02 -8.58 . . .", "E Echo 95 -8.58 . . .", "stop_without_location", 1),
        ("E Echo 41.02 -8.58 . . .", "E Echo 0.1 0.1 . . .", "point_near_origin", 1),
        ("E Echo 41.02 -8.58 . . .", "A Echo 41.02 -8.58 . . .", "duplicate_key", 1),
        ("C Charlie 41.02 -8.60 . S .", "C Charlie 41.02 -8.60 . Z .", "foreign_key_violation", 1),
        ("C Charlie 41.02 -8.60 . S .", "C Charlie 41.02 -8.60 . B .", "wrong_parent_location_type", 1),
        ("S Central 41.02 -8.60 1 . .", "S Central 41.02 -8.60 1 S .", "station_with_parent_station", 1),
        ("week 20261208 2", "week 20261208 3", "unexpected_enum_value", 1),
        ("week 20261208 2", "week 2026-12 2", "invalid_date", 1),
        ("20261101 20261231", "20261231 20261101", "start_and_end_range_out_of_order", 1),
        ("week 20261208 2", "week . 2", "missing_required_field", 1),
        ("20261101 20261231", "20261101 .", "missing_required_field", 1),
        ("2-a 08:30:00 08:30:00 E 2", "2-a 08:30:00 08:30:00 E .", "missing_required_field", 1),
        ("2-a 08:30:00 08:30:00 E 2", "2-a 08:30:00 08:30:00 E -2", "number_out_of_range", 1),
        ("2 week 2-a Echo", "2 week 2-a Echo\n2 week 2-z Echo", "unused_trip", 1),
        ("2 week 2-a Echo", "9 week 2-a Echo", "foreign_key_violation", 1),
        ("2 week 2-a Echo", "2 week 1-a Echo", "duplicate_key", 1),
    ] {
        assert!(CITY.contains(from), "{from}");
        let read = feed(&CITY.replacen(from, to, 1), &Walking::default()).expect(to);
        assert!(read.report.count(rule) >= times, "{to}: {rule} is not in\n{}", read.report);
    }
}

#[test]
fn a_feed_without_what_every_feed_needs_is_refused() {
    for (from, to, expected) in [
        ("# stops\n", "# halts\n", "the feed has no stops.txt, which every feed needs"),
        (
            "trip_id trip_headsign",
            "trip_name trip_headsign",
            "trips.txt has no column trip_id, which it needs",
        ),
        ("Europe/Lisbon", "Atlantis/City", "no agency names a time zone that is known: Atlantis/City"),
    ] {
        let refused = feed(&CITY.replacen(from, to, 1), &Walking::default()).map(|_| ()).expect_err(to);
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn headways_stand_for_trips() {
    let rows = "
# frequencies
trip_id start_time end_time headway_secs exact_times
1-a 06:00:00 06:30:00 600 1
1-a 07:00:00 07:10:00 300 .
1-a 07:05:00 08:00:00 300 .
2-a 05:00:00 05:00:00 600 .
2-a 05:00:00 06:00:00 0 .
2-a 05:00:00 06:00:00 . .
X 05:00:00 06:00:00 60 .
";
    let Read { timetable, report } = feed(&format!("{CITY}{rows}"), &Walking::default()).expect("it is read");
    let told: Vec<(i32, u32)> = timetable
        .trips
        .iter()
        .filter(|trip| &*trip.id == "1-a")
        .map(|trip| (timetable.times(trip).next().expect("a call").1 / 60, trip.headway_seconds))
        .collect();
    assert_eq!(told, [(360, 0), (370, 0), (380, 0), (420, 300), (425, 300)]);
    for rule in [
        "overlapping_frequency",
        "start_and_end_range_equal",
        "number_out_of_range",
        "missing_required_field",
        "foreign_key_violation",
    ] {
        assert_eq!(report.count(rule), 1, "{rule}\n{report}");
    }
}
