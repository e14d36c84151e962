//! How a value moves through a day: a rhythm, a slow drift and a little noise, all functions of (seed, time).

use serde::Deserialize;
use vocab::Time;
use vocab::time::{HOUR, MINUTE};

/// One datastream's behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The value at the quietest and at the busiest hour; `busy` may be the lower one (speeds fall in a rush).
    pub quiet: f64,
    pub busy: f64,
    /// Hours of the day (local, 0 to 24) at which it is busiest.
    pub peaks_hours: Vec<f64>,
    /// How many hours a peak takes to fall to a third.
    #[serde(default = "two_hours")]
    pub width_hours: f64,
    /// How strong the rhythm is on Saturday and Sunday, 0 to 1.
    #[serde(default = "one")]
    pub weekend: f64,
    /// How far it drifts either way within hours.
    #[serde(default)]
    pub drift: f64,
    /// How far it jitters either way from minute to minute.
    #[serde(default)]
    pub jitter: f64,
    /// The bounds of what the device can say.
    pub least: f64,
    pub most: f64,
    /// What it rounds to: 1 for counts, 0.1 for degrees.
    pub step: f64,
    /// Instead of the number, a word: the last of these whose number is not above it.
    #[serde(default)]
    pub words: Vec<Word>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub from: f64,
    pub text: String,
}

fn two_hours() -> f64 {
    2.0
}

fn one() -> f64 {
    1.0
}

/// What a device says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Number(f64),
    Text(String),
}

impl Model {
    /// What a device with dice of its own (`seed`) says at a time. `scale` stretches the whole range, as a larger car
    /// park has more of everything.
    /// `felt` is what forces make of the value.
    pub fn say(
        &self,
        seed: u64,
        scale: f64,
        at: Time,
        zone: &jiff::tz::TimeZone,
        felt: impl FnOnce(f64) -> f64,
    ) -> Said {
        let civil = at.civil(zone);
        let hour =
            f64::from(civil.hour()) + f64::from(civil.minute()) / 60.0 + f64::from(civil.second()) / 3600.0;
        let weekend = civil.date().weekday().to_monday_one_offset() >= 6;
        let rhythm = self.rhythm(hour) * if weekend { self.weekend } else { 1.0 };
        // Drift changes over three hours, jitter over two minutes: the pace of weather and of traffic.
        let drift = self.drift * smooth(seed, at, 3 * HOUR);
        let jitter = self.jitter * smooth(seed ^ JITTER, at, 2 * MINUTE);
        let by_itself = self.quiet + (self.busy - self.quiet) * rhythm + drift + jitter;
        let value = felt(by_itself).clamp(self.least, self.most) * scale;
        let rounded = (value / self.step).round() * self.step;
        // A step of 0.1 has no exact double; the last digits would be noise nobody measured.
        let number = (rounded * 1e6).round() / 1e6;
        match self.words.iter().rev().find(|word| number >= word.from) {
            Some(word) => Said::Text(word.text.clone()),
            None => Said::Number(number),
        }
    }

    /// 0 at the quietest, 1 at a peak; days join without a jump.
    fn rhythm(&self, hour: f64) -> f64 {
        let nearest = |peak: f64| {
            let apart = (hour - peak).rem_euclid(24.0);
            apart.min(24.0 - apart)
        };
        let bells = self.peaks_hours.iter().map(|peak| (-(nearest(*peak) / self.width_hours).powi(2)).exp());
        bells.fold(0.0, f64::max)
    }
}

/// Tells the dice of the jitter from those of the drift; any odd number would do.
const JITTER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Value noise in -1..1: dice at the ends of each period, joined by a curve that is flat at both ends.
fn smooth(seed: u64, at: Time, period: i64) -> f64 {
    let left = at.0.div_euclid(period);
    let inside = at.0.rem_euclid(period) as f64 / period as f64;
    let ease = inside * inside * (3.0 - 2.0 * inside);
    let (a, b) = (dice(seed, left), dice(seed, left + 1));
    a + (b - a) * ease
}

/// A number in -1..1 out of two: splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
fn dice(seed: u64, index: i64) -> f64 {
    let mut x = seed ^ (index as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    // 53 bits make a double in 0..1.
    (x >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
}

#[cfg(test)]
mod tests;
