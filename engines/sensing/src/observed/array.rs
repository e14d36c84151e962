//! The dataArray of SensorThings (OGC 18-088, 12.2): rows of values under one list of components. A row that cannot be
//! read is refused alone; JSON that is none is refused whole.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::{Answer, Into, Part, Posted, Times};

/// Components of one array; there are eleven different ones.
const COMPONENTS: usize = 16;

/// The rows of one datastream.
#[derive(Debug, Default, PartialEq)]
pub struct Group {
    pub datastream: Option<i64>,
    /// In their order; what is wrong with one that cannot be read.
    pub rows: Vec<Result<Posted, String>>,
}

/// Reads the body of `CreateObservations`.
pub fn parse(bytes: &[u8]) -> Result<Vec<Group>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Group, D::Error> {
        from.deserialize_map(GroupVisitor)
    }
}

struct GroupVisitor;

impl<'de> Visitor<'de> for GroupVisitor {
    type Value = Group;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("{\"Datastream\": {\"@iot.id\": 1}, \"components\": […], \"dataArray\": [[…]]}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Group, A::Error> {
        use serde::de::Error;
        let mut datastream = Posted::default();
        let mut components: Option<Vec<Part>> = None;
        let mut rows = Vec::new();
        // Rows that came before their components.
        let mut waiting: Option<Json> = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<str>>()? {
            match &*key {
                "Datastream" => {
                    map.next_value_seed(Into { part: Part::Datastream, posted: &mut datastream })?
                }
                "components" => {
                    let list: Vec<Part> = map.next_value()?;
                    if list.len() > COMPONENTS {
                        return Err(A::Error::custom("there are more components than an observation has"));
                    }
                    components = Some(list);
                }
                "dataArray" => match &components {
                    Some(components) => map.next_value_seed(Rows { components, rows: &mut rows })?,
                    None => waiting = Some(map.next_value()?),
                },
                key if key.contains('@') => drop(map.next_value::<IgnoredAny>()?),
                other => {
                    let other: String = other.chars().take(60).collect();
                    return Err(A::Error::custom(format!("a dataArray has no {other}")));
                }
            }
        }
        let components = components.ok_or_else(|| A::Error::custom("a dataArray without its components"))?;
        if let Some(json) = waiting {
            Rows { components: &components, rows: &mut rows }.deserialize(json).map_err(A::Error::custom)?;
        }
        Ok(Group { datastream: datastream.datastream, rows })
    }
}

struct Rows<'a> {
    components: &'a [Part],
    rows: &'a mut Vec<Result<Posted, String>>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(row) = seq.next_element_seed(OneRow { components: self.components })? {
            self.rows.push(row);
        }
        Ok(())
    }
}

struct OneRow<'a> {
    components: &'a [Part],
}

impl<'de> DeserializeSeed<'de> for OneRow<'_> {
    type Value = Result<Posted, String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = Result<Posted, String>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a row: an array with a value for each component")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut posted, mut fault) = (Posted::default(), None);
        let mut has_result = false;
        for part in self.components {
            has_result |= *part == Part::Result;
            if seq.next_element_seed(Cell { part: *part, posted: &mut posted, fault: &mut fault })?.is_none()
            {
                fault = Some("it has fewer values than there are components".to_string());
                break;
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            fault = Some("it has more values than there are components".to_string());
        }
        if !has_result {
            fault = Some("it has no result".to_string());
        }
        Ok(fault.map_or(Ok(posted), Err))
    }
}

/// One value of a row. What is wrong with it is noted; only broken JSON stops the whole.
struct Cell<'a> {
    part: Part,
    posted: &'a mut Posted,
    fault: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        match self.part {
            Part::Result => self.posted.value = Answer::deserialize(from)?.0,
            Part::PhenomenonTime => match from.deserialize_any(MaybeTimes)? {
                Ok(times) => self.posted.time = times,
                Err(fault) => *self.fault = Some(fault),
            },
            part => {
                let json = Json::deserialize(from)?;
                let read = Into { part, posted: self.posted }.deserialize(json);
                if let Err(error) = read {
                    *self.fault = Some(error.to_string());
                }
            }
        }
        Ok(())
    }
}

/// Times, nothing, or what is there instead of them.
struct MaybeTimes;

fn no_time<E>(what: impl std::fmt::Display) -> Result<Result<Option<Times>, String>, E> {
    let what: String = what.to_string().chars().take(60).collect();
    Ok(Err(format!("\"{what}\" is no time: write 2026-11-24T09:30:00Z, in the years 1 to 9999")))
}

impl<'de> Visitor<'de> for MaybeTimes {
    type Value = Result<Option<Times>, String>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        match Times::parse(text) {
            Some(times) => Ok(Ok(Some(times))),
            None => no_time(text),
        }
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(None))
    }

    fn visit_bool<E>(self, other: bool) -> Result<Self::Value, E> {
        no_time(other)
    }

    fn visit_i64<E>(self, other: i64) -> Result<Self::Value, E> {
        no_time(other)
    }

    fn visit_u64<E>(self, other: u64) -> Result<Self::Value, E> {
        no_time(other)
    }

    fn visit_f64<E>(self, other: f64) -> Result<Self::Value, E> {
        no_time(other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        no_time("[…]")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        no_time("{…}")
    }
}

#[cfg(test)]
mod tests;
