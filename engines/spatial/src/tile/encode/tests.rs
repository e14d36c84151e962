use proptest::prelude::*;

use super::*;

/// A tile as a reader sees it. This reader is written from the specification, not from the encoder, and refuses what
/// the specification forbids.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadLayer {
    pub name: String,
    pub features: Vec<ReadFeature>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReadFeature {
    pub shape: u64,
    pub properties: Vec<(String, Value)>,
    /// A point each, a line each, or a ring each (open).
    pub parts: Vec<Vec<Corner>>,
}

impl ReadFeature {
    pub fn property(&self, key: &str) -> Option<&Value> {
        self.properties.iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    /// Of each ring: positive for an outer one.
    pub fn areas(&self) -> Vec<i64> {
        self.parts.iter().map(|ring| doubled_area(ring)).collect()
    }
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first().expect("a varint ends");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = read_varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(read_varint(&mut bytes)),
            2 => {
                let length = read_varint(&mut bytes) as usize;
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(content)
            }
            wire => panic!("wire type {wire}"),
        };
        found.push((key >> 3, field));
    }
    found
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        found.push(read_varint(&mut bytes));
    }
    found
}

pub fn read_tile(bytes: &[u8]) -> Vec<ReadLayer> {
    let layers = fields(bytes).into_iter().map(|(number, field)| match (number, field) {
        (3, Field::Bytes(layer)) => read_layer(layer),
        (number, _) => panic!("field {number} of a tile"),
    });
    let layers: Vec<ReadLayer> = layers.collect();
    let names: std::collections::HashSet<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names.len(), layers.len(), "4.1: names of layers are unique");
    layers
}

fn read_layer(bytes: &[u8]) -> ReadLayer {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (mut name, mut keys, mut values, mut features) = (None, Vec::new(), Vec::new(), Vec::new());
    let (mut extent, mut version) = (4096, None);
    for (number, field) in fields(bytes) {
        match (number, field) {
            (1, Field::Bytes(found)) => name = Some(text(found)),
            (2, Field::Bytes(found)) => features.push(found),
            (3, Field::Bytes(found)) => keys.push(text(found)),
            (4, Field::Bytes(found)) => match fields(found)[..] {
                [(1, Field::Bytes(found))] => values.push(Value::Text(text(found))),
                [(5, Field::Number(found))] => values.push(Value::Whole(found)),
                _ => panic!("4.4: a value has exactly one field"),
            },
            (5, Field::Number(found)) => extent = found,
            (15, Field::Number(found)) => version = Some(found),
            (number, _) => panic!("field {number} of a layer"),
        }
    }
    assert_eq!((version, extent), (Some(2), 4096));
    assert!(!features.is_empty(), "4.1: a layer should hold a feature");
    let features = features.into_iter().map(|feature| read_feature(feature, &keys, &values)).collect();
    ReadLayer { name: name.expect("4.1: a layer has a name"), features }
}

fn read_feature(bytes: &[u8], keys: &[String], values: &[Value]) -> ReadFeature {
    let (mut shape, mut properties, mut parts) = (0, Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match (number, field) {
            (2, Field::Bytes(tags)) => {
                let tags = numbers(tags);
                assert_eq!(tags.len() % 2, 0, "4.4: tags come in pairs");
                for tag in tags.chunks(2) {
                    properties.push((keys[tag[0] as usize].clone(), values[tag[1] as usize].clone()));
                }
            }
            (3, Field::Number(found)) => shape = found,
            (4, Field::Bytes(commands)) => parts = read_commands(&numbers(commands), shape),
            (number, _) => panic!("field {number} of a feature"),
        }
    }
    ReadFeature { shape, properties, parts }
}

fn read_commands(words: &[u64], shape: u64) -> Vec<Vec<Corner>> {
    let mut parts: Vec<Vec<Corner>> = Vec::new();
    let (mut at, mut x, mut y) = (0, 0i32, 0i32);
    let mut last = 0;
    while at < words.len() {
        let (command, count) = (words[at] & 7, (words[at] >> 3) as usize);
        at += 1;
        assert!(count > 0, "4.3.1");
        if command == 7 {
            assert_eq!((count, last, shape), (1, 2, 3), "4.3.3.3");
        } else {
            assert!(command == 1 || command == 2);
            for _ in 0..count {
                let delta = |word: u64| ((word >> 1) as i32) ^ -((word & 1) as i32);
                (x, y) = (x + delta(words[at]), y + delta(words[at + 1]));
                at += 2;
                if command == 1 {
                    parts.push(vec![(x, y)]);
                } else {
                    let part = parts.last_mut().unwrap();
                    assert_ne!(part.last(), Some(&(x, y)), "4.3.3.2: a LineTo goes somewhere");
                    part.push((x, y));
                }
            }
        }
        last = command;
    }
    match shape {
        1 => assert!(parts.iter().all(|part| part.len() == 1), "4.3.4.2"),
        2 => assert!(parts.iter().all(|part| part.len() >= 2), "4.3.4.3"),
        3 => {
            assert!(parts.iter().all(|part| part.len() >= 3 && part.first() != part.last()), "4.3.4.4");
            assert!(doubled_area(&parts[0]) > 0, "4.3.4.4: the first ring is an outer one");
            assert!(parts.iter().all(|part| doubled_area(part) != 0));
        }
        other => panic!("a shape {other}"),
    }
    parts
}

fn one(shape: Shape, path: &Path) -> Vec<u8> {
    let mut tile = Vec::new();
    let mut layer = Layer::new("a");
    layer.feature(shape, path, &[]);
    layer.finish(&mut tile);
    tile
}

#[test]
fn commands_are_those_of_the_specification() {
    // Sections 4.3.5.1, 4.3.5.3 and 4.3.5.5.
    let mut path = Path::default();
    path.point((25, 17));
    assert_eq!(path.commands, [9, 50, 34]);
    path.clear();
    assert!(path.line(&[(2, 2), (2, 10), (10, 10)]));
    assert_eq!(path.commands, [9, 4, 4, 18, 0, 16, 16, 0]);
    path.clear();
    assert!(path.ring(&[(3, 6), (8, 12), (20, 34), (3, 6)], true));
    assert_eq!(path.commands, [9, 6, 12, 18, 10, 12, 24, 44, 15]);
    // 4.3.5.6: two polygons, the second with a hole.
    path.clear();
    assert!(path.ring(&[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], true));
    assert!(path.ring(&[(11, 11), (20, 11), (20, 20), (11, 20), (11, 11)], true));
    assert!(path.ring(&[(13, 13), (13, 17), (17, 17), (17, 13), (13, 13)], false));
    let expected = [
        9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8,
        0, 0, 7, 15,
    ];
    assert_eq!(path.commands, expected);
}

#[test]
fn rings_are_turned_and_what_is_none_is_left_out() {
    let clockwise = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)];
    let mut other_way = clockwise;
    other_way.reverse();
    for (ring, is_outer, drawn) in [
        (&clockwise[..], true, true),
        (&other_way[..], true, true),
        (&clockwise[..], false, true),
        (&[(0, 0), (5, 5), (0, 0)][..], true, false),
        (&[(0, 0), (5, 5), (9, 9), (0, 0)][..], true, false),
        (&[(1, 1), (1, 1), (1, 1), (1, 1)][..], true, false),
        (&[][..], true, false),
    ] {
        let mut path = Path::default();
        assert_eq!(path.ring(ring, is_outer), drawn, "{ring:?}");
        assert_eq!(path.is_empty(), !drawn);
        if drawn && is_outer {
            assert_eq!(read_tile(&one(Shape::Areas, &path))[0].features[0].areas(), [200]);
        }
    }
    let mut path = Path::default();
    assert!(!path.line(&[(3, 3), (3, 3)]) && !path.line(&[(3, 3)]) && !path.line(&[]));
    assert!(one(Shape::Lines, &path).is_empty(), "a layer without a feature is left out");
}

#[test]
fn keys_and_values_are_said_once() {
    let own: Vec<Vec<(String, Value)>> = (0..3)
        .map(|at| {
            vec![("name".into(), Value::Text("Vila".into())), ("rank".into(), Value::Whole(1 + at / 2))]
        })
        .collect();
    let mut layer = Layer::new("places");
    for (at, properties) in own.iter().enumerate() {
        let mut path = Path::default();
        path.point((at as i32, -5));
        layer.feature(Shape::Points, &path, properties);
    }
    assert_eq!((layer.keys.len(), layer.values.len()), (2, 3));
    let mut tile = Vec::new();
    layer.finish(&mut tile);
    let read = read_tile(&tile);
    assert_eq!(read[0].name, "places");
    for (feature, properties) in read[0].features.iter().zip(&own) {
        assert_eq!(feature.properties, *properties);
    }
    assert_eq!(read[0].features[2].parts, [vec![(2, -5)]]);
}

proptest! {
    #[test]
    fn lines_come_out_as_they_went_in(line in prop::collection::vec((-5000i32..9000, -5000i32..9000), 2..200)) {
        let mut expected = line.clone();
        expected.dedup();
        let mut path = Path::default();
        if path.line(&line) {
            prop_assert_eq!(&read_tile(&one(Shape::Lines, &path))[0].features[0].parts, &[expected]);
        } else {
            prop_assert_eq!(expected.len(), 1);
        }
    }
}
