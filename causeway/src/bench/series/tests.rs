use super::*;

#[test]
fn the_shares_are_those_of_the_measurements() {
    let rows = || (0..200u64).flat_map(|stream| (0..500u64).map(move |minute| (stream, minute)));
    let share = |count: usize| count as f64 / 100_000.0;
    let late = share(rows().filter(|(s, m)| late_minutes(*s, *m) > 0).count());
    let twice = share(rows().filter(|(s, m)| comes_twice(*s, *m)).count());
    assert!((0.045..0.055).contains(&late), "{late}");
    assert!((0.008..0.012).contains(&twice), "{twice}");
    assert!(rows().all(|(s, m)| late_minutes(s, m) <= 60));
}

#[test]
fn times_of_a_datastream_grow_and_values_are_json_numbers() {
    for stream in 0..50 {
        for minute in 0..200 {
            assert!(time_ms(0, stream, minute) < time_ms(0, stream, minute + 1));
            let mut text = String::new();
            value(stream, minute, &mut text);
            assert!(text.parse::<f64>().is_ok_and(f64::is_finite), "{text}");
        }
    }
}
