//! The workload of the storage measurements: values, jitter, late and doubled rows, all from the row's number.
//!
//! 20,000 datastreams, one value a minute, a phase of their own and ±2 s of jitter at millisecond resolution; 5 % of the
//! rows late by 1 to 60 minutes, 1 % delivered twice; values of five kinds: temperatures in tenths, whole humidity,
//! counts, 0/1 occupancy, noise at single precision.

/// splitmix64 (Steele, Lea, Flood 2014), as dice that depend on nothing but their number.
pub fn dice(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Milliseconds since 1970 of the `minute`-th value of a datastream that began at `start`.
pub fn time_ms(start: i64, stream: u64, minute: u64) -> i64 {
    let phase = (dice(stream) % 60_000) as i64;
    let jitter = (dice(stream.wrapping_mul(1_000_003) ^ minute) % 4_001) as i64 - 2_000;
    start + minute as i64 * 60_000 + phase + jitter
}

/// Minutes by which a row arrives late: 0 for 95 of 100.
pub fn late_minutes(stream: u64, minute: u64) -> u64 {
    let roll = dice(stream ^ (minute << 24));
    if roll % 100 < 5 { 1 + (roll >> 8) % 60 } else { 0 }
}

pub fn comes_twice(stream: u64, minute: u64) -> bool {
    dice(stream ^ (minute << 20) ^ 0x5555).is_multiple_of(100)
}

/// The value, as JSON writes it.
pub fn value(stream: u64, minute: u64, out: &mut String) {
    use std::fmt::Write as _;
    let slow = (minute as f64 / 240.0 + stream as f64).sin();
    let roll = dice(stream.wrapping_mul(7_919) ^ minute);
    // Writing into a String cannot fail.
    let _ = match stream % 5 {
        0 => write!(out, "{:.1}", 22.0 + 6.0 * slow + (roll % 5) as f64 / 10.0),
        1 => write!(out, "{:.0}", 70.0 + 20.0 * slow + (roll % 3) as f64),
        2 => write!(out, "{}", roll % 40),
        3 => write!(out, "{}", u8::from(roll % 10 < 3)),
        _ => write!(out, "{}", 50.0f32 + 10.0 * slow as f32 + (roll % 100_000) as f32 / 100_000.0),
    };
}

#[cfg(test)]
mod tests;
