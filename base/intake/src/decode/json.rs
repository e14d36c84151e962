//! JSON (RFC 8259) as a tree, counted while it grows.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{DecodeError, Limits};

/// Reads one JSON document. Depth and number of values are bounded; anything after the document is an error.
pub fn tree(text: &str, limits: &Limits) -> Result<Value, DecodeError> {
    let exceeded = Cell::new(None);
    let left = Cell::new(limits.values);
    let mut reader = serde_json::Deserializer::from_str(text);
    // Ours is the tighter bound and gives the clearer word; serde_json's own (128) stays on behind it.
    let seed = Node { left: &left, depth: limits.depth, exceeded: &exceeded, limits };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|e| match exceeded.take() {
        Some(error) => error,
        None => DecodeError::Syntax {
            format: "JSON",
            line: e.line(),
            message: e.to_string().split(" at line").next().unwrap_or_default().to_string(),
        },
    })
}

#[derive(Clone, Copy)]
struct Node<'a> {
    left: &'a Cell<usize>,
    depth: usize,
    exceeded: &'a Cell<Option<DecodeError>>,
    limits: &'a Limits,
}

impl Node<'_> {
    fn refuse<E: serde::de::Error>(&self, error: DecodeError) -> E {
        let message = error.to_string();
        self.exceeded.set(Some(error));
        E::custom(message)
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Node { depth, ..self }),
            None => Err(self.refuse(DecodeError::TooDeep(self.limits.depth))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(self.refuse(DecodeError::TooManyValues(self.limits.values))),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(b.into())
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            map.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(map.into())
    }
}
