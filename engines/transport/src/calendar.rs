//! On which days services run: GTFS `calendar.txt` and `calendar_dates.txt`, a bit a day.

use vocab::Day;

/// Days of one bit word.
const WORD: usize = 64;

/// The days of all services, counted from the first day on which any may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Services {
    first: Day,
    days: usize,
    bits: Vec<u64>,
}

impl Services {
    /// No service yet. Both days are within.
    pub fn between(first: Day, last: Day) -> Services {
        let days = usize::try_from(first.days_until(last)).map_or(0, |days| days + 1);
        Services { first, days, bits: Vec::new() }
    }

    fn words(&self) -> usize {
        self.days.div_ceil(WORD)
    }

    /// A service that runs on no day; its number.
    pub fn add(&mut self) -> u32 {
        let words = self.words();
        let number = self.bits.len().checked_div(words).unwrap_or(0);
        self.bits.resize(self.bits.len() + words, 0);
        number as u32
    }

    /// Which bit of which word is this day's; nothing of a day that lies outside.
    fn place(&self, service: u32, day: Day) -> Option<(usize, u64)> {
        let at = usize::try_from(self.first.days_until(day)).ok().filter(|at| *at < self.days)?;
        Some((service as usize * self.words() + at / WORD, 1 << (at % WORD)))
    }

    /// Lets it run on a day, or not. Days outside are left alone.
    pub fn set(&mut self, service: u32, day: Day, runs: bool) {
        if let Some((word, bit)) = self.place(service, day)
            && let Some(bits) = self.bits.get_mut(word)
        {
            if runs { *bits |= bit } else { *bits &= !bit }
        }
    }

    pub fn runs(&self, service: u32, day: Day) -> bool {
        self.place(service, day).is_some_and(|(word, bit)| self.bits.get(word).is_some_and(|b| b & bit != 0))
    }

    pub fn first(&self) -> Day {
        self.first
    }

    /// The last day on which any service may run.
    pub fn last(&self) -> Day {
        self.first.plus(self.days.saturating_sub(1) as i64)
    }
}

#[cfg(test)]
mod tests;
