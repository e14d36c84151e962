//! Observations as SensorThings writes them: read from JSON without a tree in between, since ingest is made of them.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use vocab::{Quality, Time, Value};

use crate::datastream::Class;
use crate::ingest::Incoming;
use crate::observation::{Extra, Key};

pub mod array;
pub mod times;
pub mod writing;

pub use times::Times;

/// One observation as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    /// Without one it is now.
    pub time: Option<Times>,
    pub value: Value,
    pub quality: Quality,
    pub extra: Option<Box<Extra>>,
    pub datastream: Option<i64>,
    /// A feature of interest to be made.
    pub feature: Option<Box<Json>>,
}

impl Default for Posted {
    fn default() -> Posted {
        let (value, quality) = (Value::Missing, Quality::Valid);
        Posted { time: None, value, quality, extra: None, datastream: None, feature: None }
    }
}

impl Posted {
    /// From the bytes of a request.
    pub fn of_bytes(bytes: &[u8]) -> Result<Posted, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// As the door takes it. What stands in the key is not said again beside it.
    pub fn incoming(self, datastream: i64, class: Class, now: Time) -> Incoming {
        let time = self.time.unwrap_or(Times { start: now.0, end: None });
        let length = time.end.map_or(0, |end| end.saturating_sub(time.start));
        let mut extra = self.extra;
        let result_time = extra.as_ref().and_then(|extra| extra.result_time);
        let n = match class {
            Class::Instant | Class::Interval => length,
            Class::Forecast => result_time.unwrap_or(now.0),
        };
        let key = Key { t: time.start, n };
        if result_time == Some(usual_result_time(key, class)) {
            extra = extra.and_then(|mut extra| {
                extra.result_time = None;
                (!extra.is_empty()).then_some(extra)
            });
        }
        Incoming { datastream, key, value: self.value, quality: self.quality, extra, received: None }
    }
}

/// The result time of an observation that says none: when the phenomenon was over, or what a forecast's key says.
pub fn usual_result_time(key: Key, class: Class) -> i64 {
    match class {
        Class::Instant => key.t,
        Class::Interval => key.t.saturating_add(key.n),
        Class::Forecast => key.n,
    }
}

impl<'de> Deserialize<'de> for Posted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Posted, D::Error> {
        from.deserialize_map(PostedVisitor)
    }
}

struct PostedVisitor;

/// The fields we know, told apart without allocating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    PhenomenonTime,
    Result,
    ResultTime,
    ResultQuality,
    ValidTime,
    Parameters,
    Datastream,
    Feature,
    FeatureId,
    Id,
    /// Control information of an answer that is sent back.
    Control,
}

impl Part {
    pub fn of(name: &str) -> Option<Part> {
        Some(match name {
            "phenomenonTime" => Part::PhenomenonTime,
            "result" => Part::Result,
            "resultTime" => Part::ResultTime,
            "resultQuality" => Part::ResultQuality,
            "validTime" => Part::ValidTime,
            "parameters" => Part::Parameters,
            "Datastream" => Part::Datastream,
            "FeatureOfInterest" => Part::Feature,
            "FeatureOfInterest/id" => Part::FeatureId,
            "id" => Part::Id,
            _ if name.contains('@') => Part::Control,
            _ => return None,
        })
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Part, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Part;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("the name of a field of an observation")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Part, E> {
                Part::of(name).ok_or_else(|| {
                    let name: String = name.chars().take(60).collect();
                    E::custom(format!("an observation has no {name}; put what is your own into parameters"))
                })
            }
        }
        from.deserialize_identifier(Name)
    }
}

impl<'de> Visitor<'de> for PostedVisitor {
    type Value = Posted;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an observation: {\"phenomenonTime\": …, \"result\": …}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Posted, A::Error> {
        let mut posted = Posted::default();
        let mut has_result = false;
        while let Some(part) = map.next_key::<Part>()? {
            has_result |= part == Part::Result;
            map.next_value_seed(Into { part, posted: &mut posted })?;
        }
        if has_result { Ok(posted) } else { Err(serde::de::Error::custom("it has no result")) }
    }
}

/// Reads the value of one part into an observation.
pub struct Into<'a> {
    pub part: Part,
    pub posted: &'a mut Posted,
}

impl<'de> DeserializeSeed<'de> for Into<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let posted = self.posted;
        match self.part {
            Part::PhenomenonTime => posted.time = Option::<Times>::deserialize(from)?,
            Part::Result => posted.value = Answer::deserialize(from)?.0,
            Part::ResultTime => {
                if let Some(times) = Option::<Times>::deserialize(from)? {
                    posted.extra().result_time = Some(times.start);
                }
            }
            Part::ValidTime => {
                if let Some(times) = Option::<Times>::deserialize(from)? {
                    posted.extra().valid_time = Some((times.start, times.end.unwrap_or(times.start)));
                }
            }
            Part::ResultQuality => match Json::deserialize(from)? {
                Json::Null => {}
                Json::String(word) if Quality::from_word(&word).is_some() => {
                    posted.quality = Quality::from_word(&word).unwrap_or_default();
                }
                other => posted.extra().result_quality = Some(other),
            },
            Part::Parameters => match Json::deserialize(from)? {
                Json::Null => {}
                other @ Json::Object(_) => posted.extra().parameters = Some(other),
                _ => return Err(serde::de::Error::custom("parameters is no JSON object")),
            },
            Part::Datastream => posted.datastream = Some(Reference::deserialize(from)?.0),
            Part::Feature => match Json::deserialize(from)? {
                Json::Null => {}
                feature => match feature.get("@iot.id") {
                    None => posted.feature = Some(Box::new(feature)),
                    Some(id) => {
                        let none = || {
                            serde::de::Error::custom("the @iot.id of FeatureOfInterest is no whole number")
                        };
                        posted.extra().feature = Some(whole(id).ok_or_else(none)?);
                    }
                },
            },
            Part::FeatureId => {
                let none = || serde::de::Error::custom("FeatureOfInterest/id is no whole number");
                posted.extra().feature = Some(whole(&Json::deserialize(from)?).ok_or_else(none)?);
            }
            Part::Id | Part::Control => drop(IgnoredAny::deserialize(from)?),
        }
        Ok(())
    }
}

fn whole(id: &Json) -> Option<i64> {
    id.as_i64().or_else(|| id.as_str().and_then(|text| text.parse().ok()))
}

/// `{"@iot.id": 1}`.
struct Reference(i64);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Reference, D::Error> {
        let json = Json::deserialize(from)?;
        let id = json.get("@iot.id").and_then(whole);
        id.map(Reference).ok_or_else(|| {
            serde::de::Error::custom("Datastream is no link to one that exists; send {\"@iot.id\": 1}")
        })
    }
}

/// A result of any kind.
pub struct Answer(pub Value);

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Answer, D::Error> {
        from.deserialize_any(AnswerVisitor).map(Answer)
    }
}

struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a result")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Missing)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Json::deserialize(MapAccessDeserializer::new(map)).map(Value::Json)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Value, A::Error> {
        Json::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Value::Json)
    }
}

#[cfg(test)]
mod tests;
