//! Atom feeds (RFC 4287), in the reader's language.

use std::fmt::{Display, Write};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use ui::layout::address;
use ui::markup::escape;
use vocab::Time;

use crate::pages::asked::Asked;

pub struct Atom<'a> {
    asked: &'a Asked,
    xml: String,
}

pub struct Entry<'a> {
    pub title: &'a str,
    /// What [`tag`] answers.
    pub id: String,
    pub published: Time,
    pub updated: Time,
    /// The page of ours that tells of it, without the language.
    pub path: String,
    pub category: Option<&'a str>,
    /// Where it was read.
    pub via: Option<&'a str>,
    pub summary: &'a str,
}

/// A name of our own making (RFC 4151), the same in every copy of the pack and in no use as an address.
pub fn tag(asked: &Asked, date: impl Display, what: impl Display) -> String {
    format!("tag:{}.causeway.invalid,{date}:{what}", asked.portal.parts().pack.city.id)
}

impl<'a> Atom<'a> {
    /// Beside the page at `path`, which is without the language.
    pub fn new(asked: &'a Asked, path: &str, title: &str, id: &str, updated: Time) -> Atom<'a> {
        let site = asked.portal.site();
        let mut atom = Atom { asked, xml: String::new() };
        atom.xml = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\"><title>{}</title>\
             <id>{id}</id><updated>{}</updated><link rel=\"self\" href=\"{}\"/><link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\
             <author><name>{}</name></author>\n",
            site.html_lang(&asked.lang),
            escape(title),
            updated.iso(),
            atom.href(&format!("{path}/changes.atom")),
            atom.href(path),
            escape(&asked.reader().plain(&site.operator)),
        );
        atom
    }

    fn href(&self, path: &str) -> String {
        let origin = &self.asked.portal.site().origin;
        escape(&format!("{origin}{}", address(&self.asked.lang, path)))
    }

    pub fn entry(&mut self, entry: &Entry) {
        let href = self.href(&entry.path);
        let category = entry.category.map(|term| format!("<category term=\"{}\"/>", escape(term)));
        let via = entry.via.map(|via| format!("<link rel=\"via\" href=\"{}\"/>", escape(via)));
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.xml,
            "<entry><title>{}</title><id>{}</id><published>{}</published><updated>{}</updated>\
             <link rel=\"alternate\" type=\"text/html\" href=\"{href}\"/>{}{}<summary>{}</summary></entry>",
            escape(entry.title),
            entry.id,
            entry.published.iso(),
            entry.updated.iso(),
            category.unwrap_or_default(),
            via.unwrap_or_default(),
            escape(entry.summary),
        );
    }

    pub fn response(mut self) -> Response {
        self.xml.push_str("</feed>\n");
        ([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], self.xml).into_response()
    }
}
