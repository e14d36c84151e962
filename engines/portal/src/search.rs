//! Finds pages by what people type: any of the city's languages, mixed, in either Chinese script, with slips of the hand.
//!
//! Words of letters are compared by edit distance (Damerau 1964, neighbouring letters exchanged), Chinese by pairs of
//! neighbouring characters, so that one wrong character leaves most pairs standing. Everything is in memory and made anew
//! from the pack and the registry: a city has some ten thousand titles, and what is found weighs more than how.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use vocab::{Lang, Position, Text};

/// What a page is, in the order in which equals are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Something people come to do.
    Task,
    Page,
    Area,
    Place,
    Initiative,
    Feed,
    Thing,
}

impl Kind {
    pub const ALL: [Kind; 7] =
        [Kind::Task, Kind::Page, Kind::Area, Kind::Place, Kind::Initiative, Kind::Feed, Kind::Thing];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Task => "task",
            Kind::Page => "page",
            Kind::Area => "area",
            Kind::Place => "place",
            Kind::Initiative => "initiative",
            Kind::Feed => "feed",
            Kind::Thing => "thing",
        }
    }

    /// How many of its kind a page of results shows before the others have had their turn.
    pub fn most(self) -> usize {
        match self {
            Kind::Thing => 20,
            _ => 12,
        }
    }
}

/// A page that can be found.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub kind: Kind,
    /// Without the language.
    pub path: String,
    pub title: Text,
    /// What the page is about, in a sentence; shown with what was found.
    pub summary: Text,
    /// Other words that people use for it, an id, a proper name.
    pub words: Vec<String>,
    pub position: Option<Position>,
}

/// Everything that can be found.
#[derive(Debug, Default)]
pub struct Index {
    documents: Vec<Document>,
    /// Each term with where it stands: document and weight.
    terms: HashMap<Box<str>, Vec<(u32, f32)>>,
    /// Terms of letters and digits by their length, for what is nearly right.
    spelled: BTreeMap<usize, Vec<Box<str>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    pub document: &'a Document,
    pub score: f32,
}

/// A hit in the title says more than one in the summary.
const TITLE: f32 = 3.0;
const WORDS: f32 = 2.5;
const SUMMARY: f32 = 1.0;
/// A term that only begins like the word typed, or is a slip away from it.
const PREFIX: f32 = 0.8;
const ONE_SLIP: f32 = 0.6;
const TWO_SLIPS: f32 = 0.4;
/// Of what was typed, so much must be found in a page.
const COVERAGE: f32 = 0.5;
/// Characters of a question; more is no question.
const LONGEST: usize = 200;
/// Words of a question that are looked for.
const MOST_WORDS: usize = 12;
/// Terms that one word typed may stand for.
const MOST_TERMS: usize = 40;
/// Words that stand in half of all titles and tell nothing.
const EMPTY: [&str; 18] = [
    "the", "a", "an", "of", "in", "at", "on", "for", "to", "and", "is", "near", "my", "how", "where", "what",
    "i", "do",
];

impl Index {
    pub fn new(documents: Vec<Document>) -> Index {
        let mut weights: HashMap<Box<str>, BTreeMap<u32, f32>> = HashMap::new();
        for (number, document) in documents.iter().enumerate() {
            let mut put = |text: &str, weight: f32| {
                for term in terms(text, true) {
                    let of_term = weights.entry(term.text.into()).or_default();
                    let known = of_term.entry(number as u32).or_default();
                    *known = known.max(weight * term.weight);
                }
            };
            for (_, text) in document.title.iter() {
                put(text, TITLE);
            }
            for word in &document.words {
                put(word, WORDS);
            }
            for (_, text) in document.summary.iter() {
                put(text, SUMMARY);
            }
        }
        let mut spelled: BTreeMap<usize, Vec<Box<str>>> = BTreeMap::new();
        for term in weights.keys().filter(|term| !is_wide(term)) {
            spelled.entry(term.chars().count()).or_default().push(term.clone());
        }
        for list in spelled.values_mut() {
            list.sort_unstable();
        }
        let terms =
            weights.into_iter().map(|(term, of_term)| (term, of_term.into_iter().collect())).collect();
        Index { documents, terms, spelled }
    }

    pub fn len(&self) -> usize {
        self.documents.len()
    }

    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The pages that answer best, at most `most`. The same question always gets the same answer.
    pub fn find(&self, question: &str, most: usize) -> Vec<Found<'_>> {
        let question: String = question.chars().take(LONGEST).collect();
        let asked = meaningful(terms(&question, false));
        if asked.is_empty() {
            return Vec::new();
        }
        let everything: f32 = asked.iter().map(|term| term.weight).sum();
        // By document: score, and how much of the question it covers.
        let mut scores: HashMap<u32, (f32, f32)> = HashMap::new();
        for (order, term) in asked.iter().enumerate() {
            let mut best: HashMap<u32, (f32, f32)> = HashMap::new();
            for (known, likeness) in self.alike(&term.text, order + 1 == asked.len()) {
                let Some(of_term) = self.terms.get(known) else { continue };
                let rarity = (1.0 + self.documents.len() as f32 / of_term.len() as f32).ln();
                for (document, weight) in of_term {
                    let score = weight * likeness * rarity * term.weight;
                    let kept = best.entry(*document).or_default();
                    if score > kept.0 {
                        *kept = (score, likeness);
                    }
                }
            }
            for (document, (score, likeness)) in best {
                let sum = scores.entry(document).or_default();
                sum.0 += score;
                sum.1 += term.weight * likeness;
            }
        }
        let mut found: Vec<Found> = scores
            .into_iter()
            .filter(|(_, (_, covered))| *covered >= COVERAGE * everything)
            .map(|(number, (score, covered))| {
                let document = &self.documents[number as usize];
                let share = covered / everything;
                // Of pages that say the same, the shorter title is about it, and a task is what people came for.
                let length = document.title.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0);
                let about = 1.0 / (1.0 + length as f32 / 60.0);
                Found { document, score: score * share * share * about * favour(document.kind) }
            })
            .collect();
        found.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then(a.document.kind.cmp(&b.document.kind))
                .then_with(|| a.document.path.cmp(&b.document.path))
        });
        let mut counts: HashMap<Kind, usize> = HashMap::new();
        found.retain(|found| {
            let count = counts.entry(found.document.kind).or_default();
            *count += 1;
            *count <= found.document.kind.most()
        });
        found.truncate(most);
        found
    }

    /// Known terms that the word may stand for, with how alike they are.
    fn alike(&self, word: &str, is_last: bool) -> Vec<(&str, f32)> {
        let mut alike: Vec<(&str, f32)> = Vec::new();
        if let Some((known, _)) = self.terms.get_key_value(word) {
            alike.push((known, 1.0));
        }
        if is_wide(word) {
            return alike;
        }
        let length = word.chars().count();
        // The last word may be half typed.
        if is_last && length >= 2 {
            let longer = self.spelled.range(length + 1..).flat_map(|(_, terms)| {
                let from = terms.partition_point(|term| term.as_ref() < word);
                terms[from..].iter().take_while(|term| term.starts_with(word))
            });
            alike.extend(longer.take(MOST_TERMS).map(|term| (term.as_ref(), PREFIX)));
        }
        // Short words are other words one slip away; numbers are other numbers.
        let slips = match length {
            _ if word.bytes().any(|b| b.is_ascii_digit()) => 0,
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        if slips > 0 && alike.first().is_none_or(|(_, likeness)| *likeness < 1.0) {
            let letters: Vec<char> = word.chars().collect();
            let near = self.spelled.range(length.saturating_sub(slips)..=length + slips);
            let mut found: Vec<(usize, &str)> = near
                .flat_map(|(_, terms)| terms)
                .filter_map(|term| Some((distance(&letters, term, slips)?, term.as_ref())))
                .collect();
            found.sort_unstable();
            found.truncate(MOST_TERMS);
            let likeness = |slips: usize| if slips == 1 { ONE_SLIP } else { TWO_SLIPS };
            alike.extend(found.into_iter().map(|(slips, term)| (term, likeness(slips))));
        }
        alike
    }
}

fn favour(kind: Kind) -> f32 {
    match kind {
        Kind::Task => 1.6,
        Kind::Page | Kind::Area | Kind::Place => 1.3,
        Kind::Initiative => 1.1,
        Kind::Feed => 1.0,
        Kind::Thing => 0.8,
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    text: String,
    weight: f32,
}

/// The terms of a text: words of letters and digits; pairs of Chinese characters, folded to one script; and two short
/// words written as one, since people write Mongkok for Mong Kok. A single character counts where it stands alone, and in
/// what is searched.
fn terms(text: &str, of_a_page: bool) -> Vec<Term> {
    let mut found: Vec<Term> = Vec::new();
    let mut put = |text: String, weight: f32| {
        if !found.iter().any(|term| term.text == text) {
            found.push(Term { text, weight });
        }
    };
    let folded: String = text.chars().map(folded).collect();
    let mut last_word: Option<String> = None;
    for piece in pieces(&folded) {
        if is_wide(piece) {
            last_word = None;
            let characters: Vec<char> = piece.chars().collect();
            for pair in characters.windows(2) {
                put(pair.iter().collect(), 1.0);
            }
            if characters.len() == 1 || of_a_page {
                for character in &characters {
                    put(character.to_string(), 0.3);
                }
            }
            continue;
        }
        let word = piece.to_string();
        if let Some(before) = last_word.replace(word.clone()) {
            // Joined words are the page's, or the question's second reading.
            if before.len() + word.len() <= 16 && of_a_page {
                put(format!("{before}{word}"), 0.9);
            }
        }
        put(word, 1.0);
    }
    found
}

/// Words that tell something; all of them where none does.
fn meaningful(terms: Vec<Term>) -> Vec<Term> {
    let (empty, mut telling): (Vec<Term>, Vec<Term>) =
        terms.into_iter().partition(|term| EMPTY.contains(&term.text.as_str()));
    telling.truncate(MOST_WORDS);
    if telling.is_empty() { empty } else { telling }
}

/// Runs of letters and digits, and runs of Chinese characters.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if wide(c) => 2,
        c if c.is_alphanumeric() => 1,
        // Apostrophes and the & of A&E are inside words; everything else ends one.
        '&' => 1,
        _ => 0,
    };
    let mut pieces = Vec::new();
    let mut begin: Option<(usize, u8)> = None;
    for (at, c) in text.char_indices() {
        let now = class(c);
        match begin {
            Some((_, kind)) if kind == now => {}
            _ => {
                if let Some((from, _)) = begin.take() {
                    pieces.push(&text[from..at]);
                }
                begin = (now > 0).then_some((at, now));
            }
        }
    }
    pieces.extend(begin.map(|(from, _)| &text[from..]));
    pieces
}

/// Scripts written without spaces.
fn wide(c: char) -> bool {
    matches!(c as u32, 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

fn is_wide(term: &str) -> bool {
    term.chars().next().is_some_and(wide)
}

/// Small letters without accents, Chinese in one script, wide letters as narrow ones.
fn folded(c: char) -> char {
    let narrow = match c as u32 {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let small = narrow.to_lowercase().next().unwrap_or(narrow);
    match small {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other => ui::script::simplified(other),
    }
}

/// How many slips lie between the letters and a term: letters left out, added, changed, or two exchanged. Nothing where
/// there are more than `most`.
fn distance(letters: &[char], term: &str, most: usize) -> Option<usize> {
    let other: Vec<char> = term.chars().collect();
    // Who mistypes a word rarely mistypes its first letter; and it keeps other words out.
    if letters.first() != other.first() {
        return None;
    }
    let width = other.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut row: Vec<usize> = (0..width).collect();
    for (i, a) in letters.iter().enumerate() {
        let mut next = vec![i + 1; width];
        for (j, b) in other.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && letters[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next[j + 1] = least;
        }
        if next.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    Some(row[other.len()]).filter(|slips| *slips > 0 && *slips <= most)
}

/// Titles of pages in every language, for what the words of a pack name.
pub fn in_all(langs: &[Lang], say: impl Fn(&Lang) -> String) -> Text {
    Text::new(langs.iter().map(|lang| (lang.clone(), say(lang))))
}

/// Names of different places that people type in the same way are shown once each: paths are what tells pages apart.
pub fn distinct(documents: Vec<Document>) -> Vec<Document> {
    let mut seen = BTreeSet::new();
    documents.into_iter().filter(|document| seen.insert(document.path.clone())).collect()
}

#[cfg(test)]
mod tests;
