//! XML 1.0 as a tree: what feeds use of it, and none of what attacks use.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde_json::{Map, Value};

use super::{DecodeError, Limits};

/// The content of the root element. An element with only text is that text, trimmed; one with attributes or children is
/// an object, with attributes as `@name` and its own text as `#text`; a repeated child is a list. Prefixes and namespace
/// declarations fall away, since what they tell apart is told apart by the path. A document type is refused, and with it
/// every entity but the five of XML and numbered characters.
pub fn tree(text: &str, limits: &Limits) -> Result<Value, DecodeError> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Value> = None;
    let mut values = 0usize;
    loop {
        let event = reader.read_event();
        let at = |offset: u64| line_at(text, offset);
        let syntax =
            |message: String, offset: u64| DecodeError::Syntax { format: "XML", line: at(offset), message };
        let event = event.map_err(|e| syntax(e.to_string(), reader.error_position()))?;
        let here = reader.buffer_position();
        if matches!(event, Event::Start(_) | Event::Empty(_)) {
            if root.is_some() {
                return Err(syntax("there is a second root element".into(), here));
            }
            values += 1;
            if values > limits.values {
                return Err(DecodeError::TooManyValues(limits.values));
            }
            if open.len() >= limits.depth {
                return Err(DecodeError::TooDeep(limits.depth));
            }
        }
        match event {
            Event::Start(tag) => open.push(Element::of(&tag).map_err(|m| syntax(m, here))?),
            Event::Empty(tag) => {
                let element = Element::of(&tag).map_err(|m| syntax(m, here))?;
                element.close(&mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    element.close(&mut open, &mut root);
                }
            }
            Event::Text(text) => {
                let piece = text.xml_content(XmlVersion::Implicit1_0);
                match open.last_mut() {
                    Some(element) => element.text.push_str(&piece),
                    None if piece.trim().is_empty() => {}
                    None => return Err(syntax("there is text outside the root element".into(), here)),
                }
            }
            Event::CData(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text.xml_content(XmlVersion::Implicit1_0));
                }
            }
            Event::GeneralRef(reference) => {
                let c = character(&reference).ok_or_else(|| DecodeError::Entity(at(here)))?;
                if let Some(element) = open.last_mut() {
                    element.text.push(c);
                }
            }
            Event::DocType(_) => return Err(DecodeError::DocumentType(at(here))),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let cut = || DecodeError::Syntax {
        format: "XML",
        line: at_end(text),
        message: "the document ends before its root element does".into(),
    };
    if open.is_empty() { root.ok_or_else(cut) } else { Err(cut()) }
}

struct Element {
    name: String,
    fields: Map<String, Value>,
    text: String,
}

impl Element {
    fn of(tag: &BytesStart) -> Result<Element, String> {
        let name = tag.local_name().as_ref().to_string();
        let mut fields = Map::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| format!("in an attribute of {name}: {e}"))?;
            let key = attribute.key.local_name().as_ref().to_string();
            fields.insert(format!("@{key}"), value.into_owned().into());
        }
        Ok(Element { name, fields, text: String::new() })
    }

    fn close(self, open: &mut [Element], root: &mut Option<Value>) {
        let text = self.text.trim();
        let value = if self.fields.is_empty() {
            Value::String(text.into())
        } else {
            let mut fields = self.fields;
            if !text.is_empty() {
                fields.insert("#text".into(), text.into());
            }
            Value::Object(fields)
        };
        match open.last_mut() {
            None => *root = Some(value),
            Some(parent) => match parent.fields.get_mut(&self.name) {
                None => {
                    parent.fields.insert(self.name, value);
                }
                // Only a repeated child makes a list here, never a value, so a list is ours to grow.
                Some(Value::Array(list)) => list.push(value),
                Some(first) => {
                    let first_value = std::mem::take(first);
                    *first = Value::Array(vec![first_value, value]);
                }
            },
        }
    }
}

fn character(reference: &BytesRef) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn line_at(text: &str, offset: u64) -> usize {
    let end = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count() + 1
}

fn at_end(text: &str) -> usize {
    line_at(text, text.len() as u64)
}
