//! The slugs of all datastreams, and whose a slug is: some 35 bytes each, where two maps of texts took 150.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Slugs in one allocation.
const TOGETHER: usize = 16;
/// Tables that grow each on its own, so that nobody waits while five million places are laid anew.
const TABLES: usize = 64;

#[derive(Debug)]
pub struct Slugs {
    texts: Texts,
    ids: Vec<HashTable<u32>>,
    hasher: DefaultHashBuilder,
}

impl Default for Slugs {
    fn default() -> Slugs {
        let ids = (0..TABLES).map(|_| HashTable::new()).collect();
        Slugs { texts: Texts::default(), ids, hasher: DefaultHashBuilder::default() }
    }
}

/// Sixteen neighbours side by side: the length of each, then all their texts.
#[derive(Debug, Default)]
struct Texts(Vec<Box<[u8]>>);

impl Texts {
    fn get(&self, id: u32) -> Option<&str> {
        let id = id as usize;
        let (lengths, texts) = self.0.get(id / TOGETHER)?.split_at_checked(TOGETHER)?;
        let (before, own) = (&lengths[..id % TOGETHER], lengths[id % TOGETHER]);
        let from = before.iter().map(|length| usize::from(*length)).sum::<usize>();
        let text = std::str::from_utf8(texts.get(from..from + usize::from(own))?).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// An empty text: there is none.
    fn set(&mut self, id: u32, text: &str) {
        let id = id as usize;
        // A slug has 200 bytes at most.
        let Ok(length) = u8::try_from(text.len()) else { return };
        if self.0.len() <= id / TOGETHER {
            self.0.resize_with(id / TOGETHER + 1, Box::default);
        }
        let known = &mut self.0[id / TOGETHER];
        let (lengths, texts) = known.split_at_checked(TOGETHER).unwrap_or((&[0; TOGETHER], &[]));
        let from = lengths[..id % TOGETHER].iter().map(|length| usize::from(*length)).sum::<usize>();
        let to = from + usize::from(lengths[id % TOGETHER]);
        let mut next = Vec::with_capacity(TOGETHER + texts.len() - (to - from) + text.len());
        next.extend(lengths);
        next[id % TOGETHER] = length;
        next.extend(&texts[..from]);
        next.extend(text.as_bytes());
        next.extend(&texts[to..]);
        *known = next.into_boxed_slice();
    }
}

impl Slugs {
    /// The table of a hash: by bits that the table itself looks at last.
    fn table(hash: u64) -> usize {
        (hash >> 48) as usize % TABLES
    }

    pub fn get(&self, id: i64) -> Option<&str> {
        self.texts.get(u32::try_from(id).ok()?)
    }

    pub fn id(&self, slug: &str) -> Option<i64> {
        let hash = self.hasher.hash_one(slug);
        let found = self.ids[Slugs::table(hash)].find(hash, |id| self.texts.get(*id) == Some(slug))?;
        Some(i64::from(*found))
    }

    pub fn put(&mut self, id: i64, slug: &str) {
        let Ok(number) = u32::try_from(id) else { return };
        self.remove(id);
        self.texts.set(number, slug);
        let Slugs { texts, ids, hasher } = self;
        let of = |id: &u32| hasher.hash_one(texts.get(*id).unwrap_or_default());
        let hash = hasher.hash_one(slug);
        let table = &mut ids[Slugs::table(hash)];
        // Whoever had the slug before has it no more.
        if let Ok(before) = table.find_entry(hash, |id| texts.get(*id) == Some(slug)) {
            before.remove();
        }
        table.insert_unique(hash, number, of);
    }

    pub fn remove(&mut self, id: i64) {
        let Ok(number) = u32::try_from(id) else { return };
        let Some(slug) = self.texts.get(number) else { return };
        let hash = self.hasher.hash_one(slug);
        if let Ok(known) = self.ids[Slugs::table(hash)].find_entry(hash, |id| *id == number) {
            known.remove();
        }
        self.texts.set(number, "");
    }

    pub fn iter(&self) -> impl Iterator<Item = (i64, &str)> {
        let ids = 0..(self.texts.0.len() * TOGETHER) as u32;
        ids.filter_map(|id| Some((i64::from(id), self.texts.get(id)?)))
    }
}
