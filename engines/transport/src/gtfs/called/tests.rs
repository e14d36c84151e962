use super::*;

/// `7:00 7:05 . 7:20`: a dot is a blank, `7:00-7:02` an arrival and a departure; `@5` the distance travelled.
fn calls(text: &str) -> Vec<Called> {
    let minutes = |text: &str| {
        text.split_once(':').map(|(h, m)| {
            let number = |text: &str| text.parse::<i32>().expect("a number");
            (number(h) * 60 + number(m)) * 60
        })
    };
    let read = |(at, word): (usize, &str)| {
        let (time, travelled) = word.split_once('@').unwrap_or((word, "-1"));
        let (arrival, departure) = time.split_once('-').unwrap_or((time, time));
        Called {
            trip: 0,
            sequence: at as u32,
            stop: at as u32,
            arrival: minutes(arrival),
            departure: minutes(departure),
            may_board: true,
            may_alight: true,
            travelled: travelled.parse().expect("a distance"),
        }
    };
    text.split_whitespace().enumerate().map(read).collect()
}

/// Stops on the equator, at these kilometres.
fn told(text: &str, kilometres: &[f64]) -> String {
    let place =
        |stop: u32| kilometres.get(stop as usize).and_then(|km| Position::new(km / 111.195, 0.0).ok());
    let clock = |seconds: i32| format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match complete(&calls(text), place) {
        Err(broken) => broken.rule().to_string(),
        Ok(times) => {
            let told = times.into_iter().map(|(arrival, departure)| match arrival == departure {
                true => clock(arrival),
                false => format!("{}-{}", clock(arrival), clock(departure)),
            });
            told.collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn blank_times_are_filled_in() {
    for (given, kilometres, expected) in [
        // As they are.
        ("7:00 7:10", &[][..], "7:00:00 7:10:00"),
        ("7:00 7:05-7:06 7:10", &[], "7:00:00 7:05:00-7:06:00 7:10:00"),
        // By the distance travelled.
        ("7:00@0 .@1 .@9 7:10@10", &[0.0, 5.0, 6.0, 7.0], "7:00:00 7:01:00 7:09:00 7:10:00"),
        // By the crow where one of them gives none, or they go backwards.
        ("7:00@0 . .@9 7:10@10", &[0.0, 2.0, 8.0, 10.0], "7:00:00 7:02:00 7:08:00 7:10:00"),
        ("7:00@0 .@4 .@3 7:10@10", &[0.0, 2.0, 8.0, 10.0], "7:00:00 7:02:00 7:08:00 7:10:00"),
        // Evenly where not every place is known, or all are one.
        ("7:00 . 7:10", &[0.0], "7:00:00 7:05:00 7:10:00"),
        ("7:00 . 7:10", &[4.0, 4.0, 4.0], "7:00:00 7:05:00 7:10:00"),
        // Between each two that are timed.
        (
            "7:00 . 7:10-7:20 . 7:40",
            &[0.0, 1.0, 2.0, 3.0, 4.0],
            "7:00:00 7:05:00 7:10:00-7:20:00 7:30:00 7:40:00",
        ),
        // Past midnight.
        ("23:50 . 24:10", &[], "23:50:00 24:00:00 24:10:00"),
    ] {
        assert_eq!(told(given, kilometres), expected, "{given}");
    }
}

#[test]
fn a_trip_that_cannot_be_used_says_why() {
    for (given, rule) in [
        ("7:00", "unusable_trip"),
        ("", "unusable_trip"),
        (". 7:10", "missing_trip_edge"),
        ("7:00 .", "missing_trip_edge"),
        ("7:00 6:59", "stop_time_with_arrival_before_previous_departure_time"),
        ("7:00 7:10-7:05 7:20", "stop_time_with_arrival_before_previous_departure_time"),
        ("7:00-7:30 . 7:20", "stop_time_with_arrival_before_previous_departure_time"),
    ] {
        assert_eq!(told(given, &[]), rule, "{given}");
    }
}
