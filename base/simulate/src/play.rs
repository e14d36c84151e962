//! A demonstration that is played: what each device says when, and what is told to the public. All of it is a function of
//! (pack, seed, first day, time).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use vocab::time::{HOUR, SECOND};
use vocab::{Position, Time};

use crate::bulletin::{Answer, InForce};
use crate::demo::{Demo, Fault, How};
use crate::fleet::{Feel, Voice};
use crate::model::Said;

/// Steps in which what falls over hours is added up.
const STEP_HOURS: f64 = 1.0 / 12.0;

#[derive(Debug, Clone)]
pub struct Play {
    pub demo: Demo,
    pub seed: u64,
    pub zone: TimeZone,
    /// The local date on which the day is played first. Before it all days are like any other.
    pub first: Date,
}

/// What comes to a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: Time,
    /// The name of a datastream, or of a feed's source.
    pub to: String,
    pub body: String,
}

/// What a device sends: an observation in the words of SensorThings.
pub fn observation(at: Time, said: &Said) -> String {
    let result = match said {
        Said::Number(number) => serde_json::json!(number),
        Said::Text(text) => serde_json::json!(text),
    };
    format!("{{\"phenomenonTime\":\"{}\",\"result\":{result}}}", at.iso())
}

impl Play {
    /// `begins`: the moment from which it is played.
    pub fn new(demo: Demo, seed: u64, begins: Time, zone: TimeZone) -> Play {
        let first = begins.civil(&zone).date();
        Play { demo, seed, zone, first }
    }

    /// Each datastream of every fleet.
    pub fn voices(&self) -> impl Iterator<Item = Voice<'_>> {
        self.demo.fleets.iter().flat_map(|fleet| fleet.voices(self.seed))
    }

    /// The hour of the day that is played, which may go on over several days; nothing before the first.
    pub fn hour(&self, at: Time) -> Option<f64> {
        let civil = at.civil(&self.zone);
        let days = i64::from((civil.date() - self.first).get_days());
        let of_day =
            (civil.time() - jiff::civil::Time::midnight()).total(jiff::Unit::Hour).unwrap_or_default();
        (days >= 0).then(|| days.rem_euclid(self.repeats()) as f64 * 24.0 + of_day)
    }

    fn repeats(&self) -> i64 {
        self.demo.day.repeats_days.max(1)
    }

    /// When an hour of the day comes that was begun at or before `at`.
    fn time_of(&self, hour: f64, at: Time) -> Time {
        let days = i64::from((at.civil(&self.zone).date() - self.first).get_days());
        let begun = days.div_euclid(self.repeats()) * self.repeats();
        let date = self.first.saturating_add(jiff::Span::new().days(begun));
        let midnight = Time::of_civil(date.to_datetime(jiff::civil::Time::midnight()), &self.zone);
        midnight.unwrap_or(at).plus((hour * HOUR as f64).round() as i64)
    }

    /// How strong a force is at a place: all that bear its name together.
    pub fn strength(&self, force: &str, place: Position, hour: f64) -> f64 {
        let demo = &self.demo;
        let bands = demo.bands.iter().filter(|b| b.force == force).map(|b| b.strength(place, hour));
        let curves = demo.curves.iter().filter(|c| c.force == force).map(|c| c.strength(hour));
        let corridors = demo.corridors.iter().filter(|c| c.force == force).map(|c| c.strength(place, hour));
        bands.chain(curves).chain(corridors).sum()
    }

    fn felt(&self, feel: &Feel, place: Position, hour: f64) -> f64 {
        if feel.over_hours <= 0.0 {
            return self.strength(&feel.force, place, hour);
        }
        let steps = (feel.over_hours / STEP_HOURS).round().max(1.0);
        // The middle of each step stands for it.
        let each = (0..steps as u32).map(|n| hour - (f64::from(n) + 0.5) * feel.over_hours / steps);
        each.map(|hour| self.strength(&feel.force, place, hour)).sum::<f64>() * feel.over_hours / steps
    }

    /// What a datastream says at a time, unless it is silent.
    pub fn say(&self, voice: &Voice, at: Time) -> Option<Said> {
        let Some(hour) = self.hour(at) else { return Some(self.said(voice, at, None)) };
        let fault = self.demo.faults.iter().find(|fault| fault.strikes(voice, hour));
        match fault.map(|fault| (fault.how, fault.from_hour)) {
            Some((How::Silent, _)) => None,
            Some((How::Stuck, from)) => {
                let broke = self.time_of(from, at).floor(voice.stream.period());
                Some(self.said(voice, broke, Some(from)))
            }
            None => Some(self.said(voice, at, Some(hour))),
        }
    }

    fn said(&self, voice: &Voice, at: Time, hour: Option<f64>) -> Said {
        let (device, place) = (voice.device, voice.device.place());
        voice.model().say(voice.dice, device.scale, at, &self.zone, |value| {
            let Some(hour) = hour else { return value };
            voice.stream.feels.iter().fold(value, |value, feel| {
                let strength = self.felt(feel, place, hour);
                let drawn = feel.toward.map_or(0.0, |to| (to - value) * strength.clamp(0.0, 1.0));
                value + feel.add * strength + drawn
            })
        })
    }

    /// What a datastream says in `from..to`: one reading a period, on the period's grid. A longer `period` thins them.
    pub fn readings<'a>(
        &'a self,
        voice: &'a Voice<'a>,
        period: i64,
        from: Time,
        to: Time,
    ) -> impl Iterator<Item = (Time, Said)> + 'a {
        grid(period, from, to).filter_map(move |at| Some((at, self.say(voice, at)?)))
    }

    /// What one source answers at a moment; nothing before the first day.
    pub fn answer(&self, bulletin: usize, at: Time) -> Option<Answer> {
        let (hour, told) = (self.hour(at)?, self.demo.bulletins.get(bulletin)?);
        let of_it = self.demo.notices.iter().filter(|n| n.feed == told.feed && n.is_in_force(hour));
        let in_force: Vec<InForce> =
            of_it.map(|notice| InForce { notice, issued: self.time_of(notice.from_hour, at) }).collect();
        Some(Answer { at, bulletin, body: told.answer(&in_force, at, &self.zone) })
    }

    /// What the sources of feeds answer in `from..to`: each by its period, and when a notice begins or ends.
    pub fn answers(&self, from: Time, to: Time) -> Vec<Answer> {
        let mut all = Vec::new();
        for (n, bulletin) in self.demo.bulletins.iter().enumerate() {
            let mut times: Vec<Time> = grid(bulletin.period_seconds.max(1) * SECOND, from, to).collect();
            for notice in self.demo.notices.iter().filter(|notice| notice.feed == bulletin.feed) {
                // A day that is played may have begun within the window.
                for around in [from, to] {
                    let turns = [notice.from_hour, notice.until_hour].map(|hour| self.time_of(hour, around));
                    times.extend(turns.into_iter().filter(|turn| (from..to).contains(turn)));
                }
            }
            times.sort_unstable();
            times.dedup();
            all.extend(times.into_iter().filter_map(|at| self.answer(n, at)));
        }
        all.sort_by_key(|answer| (answer.at, answer.bulletin));
        all
    }

    /// All that comes to the doors in `from..to`, in its order.
    pub fn messages(&self, from: Time, to: Time) -> Vec<Message> {
        let mut all = Vec::new();
        for voice in self.voices() {
            let slug = voice.slug();
            all.extend(self.readings(&voice, voice.stream.period(), from, to).map(|(at, said)| Message {
                at,
                to: slug.clone(),
                body: observation(at, &said),
            }));
        }
        all.extend(self.answers(from, to).into_iter().map(|answer| {
            let told = &self.demo.bulletins[answer.bulletin];
            let to = format!("{}/{}", told.feed, told.source);
            Message { at: answer.at, to, body: answer.body }
        }));
        all.sort_by(|a, b| (a.at, &a.to).cmp(&(b.at, &b.to)));
        all
    }
}

impl Fault {
    pub fn strikes(&self, voice: &Voice, hour: f64) -> bool {
        self.fleet == voice.fleet.id
            && self.device == voice.device.key
            && self.datastream.as_ref().is_none_or(|key| *key == voice.stream.key)
            && (self.from_hour..self.until_hour).contains(&hour)
    }
}

/// The multiples of a period in `from..to`.
fn grid(period: i64, from: Time, to: Time) -> impl Iterator<Item = Time> {
    let first = from.0.div_euclid(period) + i64::from(from.0.rem_euclid(period) != 0);
    (first..).map(move |n| Time(n * period)).take_while(move |at| *at < to)
}

#[cfg(test)]
mod tests;
