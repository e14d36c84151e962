//! Values by id. Ids are given out one after the other, so pages of neighbours cost a third of a hash table's room, and
//! a city has millions of datastreams.

/// Values of a page.
const PAGE: usize = 1_024;

#[derive(Debug)]
pub struct Paged<T> {
    pages: Vec<Option<Box<[Option<T>]>>>,
    count: usize,
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged { pages: Vec::new(), count: 0 }
    }
}

/// Where an id stands; no id is negative or above 2^32 − 1.
fn place(id: i64) -> Option<(usize, usize)> {
    let id = u32::try_from(id).ok()? as usize;
    Some((id / PAGE, id % PAGE))
}

impl<T> Paged<T> {
    pub fn get(&self, id: i64) -> Option<&T> {
        let (page, at) = place(id)?;
        self.pages.get(page)?.as_ref()?.get(at)?.as_ref()
    }

    /// Answers what stood there before.
    pub fn put(&mut self, id: i64, value: T) -> Option<T> {
        let (page, at) = place(id)?;
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_with(|| (0..PAGE).map(|_| None).collect());
        let before = page[at].replace(value);
        self.count += usize::from(before.is_none());
        before
    }

    pub fn remove(&mut self, id: i64) -> Option<T> {
        let (page, at) = place(id)?;
        let gone = self.pages.get_mut(page)?.as_mut()?.get_mut(at)?.take();
        self.count -= usize::from(gone.is_some());
        gone
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// In order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        self.pages.iter().enumerate().flat_map(|(number, page)| {
            let values = page.as_deref().unwrap_or_default().iter().enumerate();
            values.filter_map(move |(at, value)| Some(((number * PAGE + at) as i64, value.as_ref()?)))
        })
    }
}

/// Ids, a bit each.
#[derive(Debug, Default)]
pub struct Ids(Paged<u64>);

impl Ids {
    pub fn contains(&self, id: i64) -> bool {
        self.0.get(id / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    pub fn insert(&mut self, id: i64) {
        let word = self.0.get(id / 64).copied().unwrap_or_default();
        self.0.put(id / 64, word | 1 << (id % 64));
    }

    pub fn remove(&mut self, id: i64) {
        if let Some(word) = self.0.get(id / 64).copied() {
            match word & !(1 << (id % 64)) {
                0 => self.0.remove(id / 64),
                left => self.0.put(id / 64, left),
            };
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ascending.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        let bits = |(at, word): (i64, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        };
        self.0.iter().flat_map(bits)
    }
}

#[cfg(test)]
mod tests;
