//! Forms that work without JavaScript: a label above each field, a hint, what is wrong beside the field and in a list
//! at the top.

use askama::Template;

use crate::markup::Markup;
use crate::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One line; the kind is an HTML input type (`text`, `email`, `date`, `number`, `search`).
    Line {
        kind: &'static str,
    },
    Lines {
        rows: u8,
    },
    Select(Vec<Choice>),
    /// One of a few, all of them visible.
    One(Vec<Choice>),
    /// Any of a few.
    Many(Vec<Choice>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: String,
    pub input: Input,
    /// What was entered; several for [`Input::Many`].
    pub values: Vec<String>,
    pub required: bool,
    /// What is wrong with it, so that it can be read without the field; empty when nothing is.
    pub error: String,
    /// The browser's hint for filling in (`name`, `email`, `off`).
    pub autocomplete: &'static str,
}

impl Field {
    pub fn new(name: impl Into<String>, label: impl Into<String>, input: Input) -> Field {
        Field {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            input,
            values: Vec::new(),
            required: false,
            error: String::new(),
            autocomplete: "off",
        }
    }

    fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn is_chosen(&self, choice: &Choice) -> bool {
        self.values.contains(&choice.value)
    }

    /// Ids of what describes the field, for `aria-describedby`.
    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = (!self.error.is_empty()).then(|| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub fn html(&self, reader: &Reader) -> Markup {
        Markup::of(&FieldHtml { field: self, r: *reader })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    /// A search or a filter reads (`get`: the answer has an address); everything else changes something.
    pub reads: bool,
    pub fields: Vec<Field>,
    /// The word on the button; empty for the usual one.
    pub send: String,
    /// Forms of a demonstration offer invented persons and ask for nothing real.
    pub demonstration: bool,
    /// Names and values that travel along (a token against forged requests, a step).
    pub hidden: Vec<(String, String)>,
}

impl Form {
    pub fn new(action: impl Into<String>, fields: Vec<Field>) -> Form {
        Form {
            action: action.into(),
            reads: false,
            fields,
            send: String::new(),
            demonstration: false,
            hidden: vec![],
        }
    }

    pub fn html(&self, reader: &Reader) -> Markup {
        Markup::of(&FormHtml { form: self, r: *reader })
    }
}

#[derive(Template)]
#[template(path = "field.html")]
struct FieldHtml<'a> {
    field: &'a Field,
    r: Reader<'a>,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormHtml<'a> {
    form: &'a Form,
    r: Reader<'a>,
}

impl FormHtml<'_> {
    fn wrong(&self) -> Vec<&Field> {
        self.form.fields.iter().filter(|field| !field.error.is_empty()).collect()
    }

    fn send(&self) -> String {
        if self.form.send.is_empty() { self.r.t("form-send") } else { self.form.send.clone() }
    }
}

#[cfg(test)]
mod tests;
