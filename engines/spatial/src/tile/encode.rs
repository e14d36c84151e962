//! The bytes of a vector tile: Mapbox Vector Tile Specification 2.1, in Protocol Buffers.
//!
//! Ours, because the specification has stood still since 2016 and asks for two dozen fields of three wire types.

use std::collections::HashMap;

use super::EXTENT;

/// What a property of a feature is (section 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    Text(String),
    Whole(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Points = 1,
    Lines = 2,
    Areas = 3,
}

/// A corner in the tile's units: x to the east, y to the south.
pub type Corner = (i32, i32);

/// The geometry of one feature as commands (section 4.3).
#[derive(Debug, Default)]
pub struct Path {
    commands: Vec<u32>,
    cursor: Corner,
}

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;

impl Path {
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub fn clear(&mut self) {
        self.commands.clear();
        self.cursor = (0, 0);
    }

    pub fn point(&mut self, at: Corner) {
        self.commands.push(MOVE_TO | 1 << 3);
        self.go(at);
    }

    /// A line. Answers whether there was one: a line whose corners are all the same is none (4.3.4.3).
    pub fn line(&mut self, corners: &[Corner]) -> bool {
        let corners = without_repeats(corners);
        if corners.len() < 2 {
            return false;
        }
        self.strokes(&corners);
        true
    }

    /// A closed ring. An outer ring has a positive area in the tile's units, a hole a negative one (4.3.4.4); it is turned
    /// round where it has the other. Answers whether there was one: a ring without an area is none.
    pub fn ring(&mut self, closed: &[Corner], is_outer: bool) -> bool {
        let mut corners = without_repeats(closed);
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        let area = doubled_area(&corners);
        if corners.len() < 3 || area == 0 {
            return false;
        }
        if (area > 0) != is_outer {
            corners.reverse();
        }
        self.strokes(&corners);
        self.commands.push(CLOSE_PATH | 1 << 3);
        true
    }

    fn strokes(&mut self, corners: &[Corner]) {
        self.point(corners[0]);
        let rest = &corners[1..];
        // A count has 29 bits; no line of a pack comes near.
        self.commands.push(LINE_TO | u32::try_from(rest.len()).unwrap_or(u32::MAX >> 3) << 3);
        rest.iter().for_each(|corner| self.go(*corner));
    }

    fn go(&mut self, to: Corner) {
        let zigzag = |delta: i32| ((delta << 1) ^ (delta >> 31)) as u32;
        self.commands.push(zigzag(to.0.wrapping_sub(self.cursor.0)));
        self.commands.push(zigzag(to.1.wrapping_sub(self.cursor.1)));
        self.cursor = to;
    }
}

fn without_repeats(corners: &[Corner]) -> Vec<Corner> {
    let mut kept = corners.to_vec();
    kept.dedup();
    kept
}

/// By the surveyor's formula.
fn doubled_area(open: &[Corner]) -> i64 {
    let next = open.iter().cycle().skip(1);
    let cross =
        |(a, b): (&Corner, &Corner)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1);
    open.iter().zip(next).map(cross).sum()
}

/// One layer while its features are added (section 4.1).
#[derive(Debug)]
pub struct Layer<'a> {
    name: &'static str,
    features: Vec<u8>,
    keys: Vec<&'a str>,
    key_numbers: HashMap<&'a str, u64>,
    values: Vec<&'a Value>,
    value_numbers: HashMap<&'a Value, u64>,
}

impl<'a> Layer<'a> {
    pub fn new(name: &'static str) -> Layer<'a> {
        Layer {
            name,
            features: Vec::new(),
            keys: Vec::new(),
            key_numbers: HashMap::new(),
            values: Vec::new(),
            value_numbers: HashMap::new(),
        }
    }

    /// Adds a feature, unless it has no geometry.
    pub fn feature(&mut self, shape: Shape, path: &Path, properties: &'a [(String, Value)]) {
        if path.is_empty() {
            return;
        }
        let mut body = Vec::with_capacity(path.commands.len() * 2 + 16);
        let mut tags = Vec::with_capacity(properties.len() * 2);
        for (key, value) in properties {
            tags.push(number(&mut self.keys, &mut self.key_numbers, key.as_str()));
            tags.push(number(&mut self.values, &mut self.value_numbers, value));
        }
        if !tags.is_empty() {
            packed(&mut body, 2, tags.into_iter());
        }
        field(&mut body, 3, VARINT);
        varint(&mut body, shape as u64);
        packed(&mut body, 4, path.commands.iter().map(|word| u64::from(*word)));
        bytes(&mut self.features, 2, &body);
    }

    /// Appends the layer to a tile; nothing where it has no feature.
    pub fn finish(self, tile: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let mut body = Vec::with_capacity(self.features.len() + 256);
        bytes(&mut body, 1, self.name.as_bytes());
        body.extend_from_slice(&self.features);
        self.keys.iter().for_each(|key| bytes(&mut body, 3, key.as_bytes()));
        for value in self.values {
            let mut inner = Vec::new();
            match value {
                Value::Text(text) => bytes(&mut inner, 1, text.as_bytes()),
                Value::Whole(whole) => {
                    field(&mut inner, 5, VARINT);
                    varint(&mut inner, *whole);
                }
            }
            bytes(&mut body, 4, &inner);
        }
        field(&mut body, 5, VARINT);
        varint(&mut body, u64::from(EXTENT));
        field(&mut body, 15, VARINT);
        varint(&mut body, 2);
        bytes(tile, 3, &body);
    }
}

/// The number of an entry, which it is given at its first use.
fn number<'a, T: std::hash::Hash + Eq + ?Sized>(
    list: &mut Vec<&'a T>,
    numbers: &mut HashMap<&'a T, u64>,
    entry: &'a T,
) -> u64 {
    *numbers.entry(entry).or_insert_with(|| {
        list.push(entry);
        list.len() as u64 - 1
    })
}

const VARINT: u64 = 0;
const LENGTH: u64 = 2;

fn field(out: &mut Vec<u8>, number: u64, wire: u64) {
    varint(out, number << 3 | wire);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn bytes(out: &mut Vec<u8>, number: u64, content: &[u8]) {
    field(out, number, LENGTH);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

fn packed(out: &mut Vec<u8>, number: u64, values: impl Iterator<Item = u64>) {
    let mut content = Vec::new();
    values.for_each(|value| varint(&mut content, value));
    bytes(out, number, &content);
}

#[cfg(test)]
pub mod tests;
