//! Records to drafts, by the templates of a feed file. Every record either maps whole or is quarantined with its reason.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;

use serde_json::Value as Json;
use vocab::{Mode, Slug, Text, Time};

use crate::decode::{self, DecodeError, Entry, Limits, Reading};
use crate::draft::{Batch, DraftDatastream, DraftObservation, DraftThing, Quarantined, Tally};
use crate::expression::{Let, Scope};
use crate::feed::{Feed, Records, Source};

mod piece;

use piece::Piece;

/// From an EPSG code and easting, northing in its units to longitude, latitude in degrees; nothing where the code is
/// unknown or the place outside its area.
pub type Project<'a> = dyn Fn(u32, f64, f64) -> Option<(f64, f64)> + 'a;

/// What mapping must know beyond the answer.
pub struct Context<'a> {
    pub feed: &'a Feed,
    pub source: &'a Source,
    /// Of the pull, as in `for_each`.
    pub parameters: &'a BTreeMap<String, String>,
    pub mode: Mode,
    pub received: Received,
    pub project: &'a Project<'a>,
    pub limits: Limits,
}

/// When records were had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// All at once: an answer.
    At(Time),
    /// Each at its own time: a history. From `split_from` on, a batch holds records of one time only, so that a replay
    /// can hand each over when it is due.
    EachItsOwn { split_from: Time },
}

/// Observations of one batch at most: some 2 MB, and a commit of a few milliseconds.
const BATCH: usize = 20_000;
/// Quarantined records kept of one answer. The others are counted, and alike.
const QUARANTINE: usize = 100;
/// Characters kept of a quarantined record.
const EXCERPT: usize = 2_000;

/// Decodes an answer and maps it, handing over batch after batch; `deliver` says whether to go on.
///
/// # Errors
/// Why the answer as a whole cannot be read. What was handed over before is good all the same.
pub fn map(
    input: impl Read,
    context: &Context,
    deliver: &mut dyn FnMut(Batch) -> bool,
) -> Result<Tally, DecodeError> {
    let source = context.source;
    let reading = Reading {
        format: source.format.clone(),
        encoding: source.encoding,
        shapes: source.records.iter().map(|r| r.shape.clone()).collect(),
        limits: context.limits.clone(),
    };
    let mut mapper = Mapper::new(context, deliver);
    if source.rows.is_empty() {
        decode::each_record(input, &reading, &mut |shape, entry| mapper.record(shape, entry))?;
    } else {
        let rows = Json::Array(source.rows.clone());
        decode::each_record_of_tree(&rows, &reading, &mut |shape, entry| mapper.record(shape, entry))?;
    }
    mapper.finish()
}

/// What needs not be made again for each record.
#[derive(Default)]
struct Known {
    /// Where things and datastreams stand in the batch that is being filled.
    things: HashMap<Slug, usize>,
    datastreams: HashMap<Slug, usize>,
    /// The slug of each outside key of the whole answer, and the key of each slug: two keys may not share one.
    slugs: HashMap<String, Slug>,
    keys: HashMap<Slug, String>,
}

struct Mapper<'a, 'd> {
    context: &'a Context<'a>,
    deliver: &'d mut dyn FnMut(Batch) -> bool,
    batch: Batch,
    known: Known,
    total: Tally,
    kept: usize,
    whole: bool,
}

impl<'a, 'd> Mapper<'a, 'd> {
    fn new(context: &'a Context<'a>, deliver: &'d mut dyn FnMut(Batch) -> bool) -> Self {
        Mapper {
            context,
            deliver,
            batch: empty(context),
            known: Known::default(),
            total: Tally::default(),
            kept: 0,
            whole: true,
        }
    }

    fn record(&mut self, shape: usize, entry: Result<Entry<'_>, String>) -> Result<(), DecodeError> {
        self.total.received += 1;
        let excerpt = |entry: &Entry| entry.record.to_string().chars().take(EXCERPT).collect::<String>();
        match entry {
            Err(reason) => self.quarantine(String::new(), reason),
            Ok(entry) => match self.piece(shape, entry) {
                Ok(piece) if self.belongs(&piece) => self.take(piece),
                Ok(_) => {
                    self.whole = false;
                    self.flush()?;
                    // Made again, since the new batch knows nothing yet.
                    match self.piece(shape, entry) {
                        Ok(piece) => self.take(piece),
                        Err(reason) => self.quarantine(excerpt(&entry), reason),
                    }
                }
                Err(reason) => self.quarantine(excerpt(&entry), reason),
            },
        }
        Ok(())
    }

    fn scope<'s>(&'s self, records: &'s Records, entry: Entry<'s>) -> Scope<'s> {
        let received = match self.context.received {
            Received::At(time) => time,
            Received::EachItsOwn { .. } => self.batch.received,
        };
        Scope {
            entry,
            parameters: self.context.parameters,
            lets: records.lets.iter().map(|(name, expression)| Let::new(name, expression)).collect(),
            received,
            zone: &self.context.feed.zone,
        }
    }

    /// Whether a piece goes into the batch that is being filled, or begins the next one.
    fn belongs(&self, piece: &Piece) -> bool {
        let batch = &self.batch;
        let full = batch.observations.len() + piece.observations.len() > BATCH
            || batch.things.len() + batch.features.len() + batch.messages.len() > BATCH;
        let another_time = match self.context.received {
            Received::At(_) => false,
            Received::EachItsOwn { split_from } => {
                batch.tally.mapped > 0 && piece.received > batch.received && piece.received >= split_from
            }
        };
        !full && !another_time
    }

    fn piece(&mut self, shape: usize, entry: Entry<'_>) -> Result<Piece, String> {
        let context = self.context;
        let records = &context.source.records[shape];
        let scope = self.scope(records, entry);
        let received = scope.received;
        let mut piece = Piece::of(records, &scope, context, &self.known)?;
        if let Received::EachItsOwn { .. } = context.received {
            let own = piece.observations.iter().map(|o| o.time).max();
            let said = records.received.as_ref().map(|e| piece::time(e, &scope)).transpose()?.flatten();
            piece.received = said.or(own).unwrap_or(received);
        }
        // Checked before anything of the record is taken, so that it maps whole or not at all.
        for (n, (slug, key)) in piece.keys.iter().enumerate() {
            let beside = || piece.keys[..n].iter().find(|(s, _)| s == slug).map(|(_, key)| key);
            if let Some(other) = self.known.keys.get(slug).or_else(beside).filter(|other| *other != key) {
                let readable = |key: &str| key.replace(piece::BETWEEN, "/");
                let (a, b) = (readable(key), readable(other));
                return Err(format!("\"{a}\" and \"{b}\" would both be called {slug}"));
            }
        }
        Ok(piece)
    }

    fn take(&mut self, piece: Piece) {
        self.total.mapped += 1;
        self.batch.tally.received += 1;
        self.batch.tally.mapped += 1;
        self.batch.received = match self.context.received {
            Received::At(time) => time,
            Received::EachItsOwn { .. } => self.batch.received.max(piece.received),
        };
        for (slug, key) in piece.keys {
            self.known.slugs.insert(key.clone(), slug.clone());
            self.known.keys.insert(slug, key);
        }
        for thing in piece.things {
            self.thing(thing);
        }
        for observation in piece.observations {
            let index = match self.known.datastreams.get(&observation.slug) {
                Some(index) => *index,
                None => {
                    self.batch.datastreams.push(DraftDatastream {
                        slug: observation.slug.clone(),
                        thing: observation.thing,
                        name: observation.name,
                        facts: observation.facts,
                    });
                    self.known.datastreams.insert(observation.slug, self.batch.datastreams.len() - 1);
                    self.batch.datastreams.len() - 1
                }
            };
            self.batch.observations.push(DraftObservation {
                datastream: index,
                time: observation.time,
                value: observation.value,
                quality: observation.quality,
            });
        }
        self.batch.features.extend(piece.features);
        self.batch.messages.extend(piece.messages);
    }

    /// The same thing comes with each of its records.
    fn thing(&mut self, thing: DraftThing) {
        match self.known.things.get(&thing.slug) {
            Some(index) => {
                let known = &mut self.batch.things[*index];
                if *known != thing {
                    *known = thing.onto(known.clone());
                }
            }
            None => {
                self.known.things.insert(thing.slug.clone(), self.batch.things.len());
                self.batch.things.push(thing);
            }
        }
    }

    fn quarantine(&mut self, record: String, reason: String) {
        self.total.quarantined += 1;
        self.batch.tally.received += 1;
        self.batch.tally.quarantined += 1;
        if self.kept < QUARANTINE {
            self.kept += 1;
            self.batch.quarantined.push(Quarantined { ordinal: self.total.received, record, reason });
        }
    }

    fn flush(&mut self) -> Result<(), DecodeError> {
        let received = self.batch.received;
        let batch = std::mem::replace(&mut self.batch, Batch { received, ..empty(self.context) });
        self.known.things.clear();
        self.known.datastreams.clear();
        if (self.deliver)(batch) { Ok(()) } else { Err(DecodeError::Stopped) }
    }

    /// An answer without a single record is handed over too: it may say that nothing is in force any more.
    fn finish(mut self) -> Result<Tally, DecodeError> {
        let says_all = self.context.source.records.iter().any(|r| r.messages_complete);
        // With a record in quarantine we do not know all that is in force.
        self.batch.messages_complete = says_all && self.whole && self.total.quarantined == 0;
        self.flush()?;
        Ok(self.total)
    }
}

fn empty(context: &Context) -> Batch {
    let received = match context.received {
        Received::At(time) => time,
        Received::EachItsOwn { .. } => Time::MIN,
    };
    let source = context.source;
    Batch::of(context.feed.id.clone(), &source.id, context.mode, received, source.provenance.clone())
}

#[cfg(test)]
mod tests;
