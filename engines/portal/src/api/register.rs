//! The register for programs: JSON, CSV, and Atom feeds of what sources say.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use host::{Gate, Problem};
use serde_json::{Value, json};

use super::atom::{self, Atom, tag};
use crate::Portal;
use crate::pages::asked::Asked;
use crate::register::{Entry, Record, Register};

/// Records in a feed, newest first; older ones are on the pages.
const ATOM_RECORDS: usize = 100;

pub async fn initiatives(gate: Gate, State(portal): State<Portal>) -> Result<Json<Value>, Problem> {
    let register = portal.register()?;
    let today = portal.today(&gate);
    let entries: Vec<Value> = register
        .entries
        .iter()
        .map(|entry| {
            let schedule = entry.schedule(today);
            json!({
                "id": entry.id,
                "chapter": entry.chapter,
                "section": entry.section,
                "nature": entry.nature,
                "new": entry.new,
                "title": entry.title,
                "summary": entry.summary,
                "system": entry.system,
                "owner": entry.owner,
                "document": {
                    "stage": entry.document.stage,
                    "says": entry.document.says,
                    "due": entry.document.due.as_ref().map(|due| json!({ "by": due.by, "says": due.says })),
                },
                "figures": entry.figures.iter().map(|f| json!({ "value": f.value, "says": f.says })).collect::<Vec<_>>(),
                "since": entry.since.iter().map(of).collect::<Vec<_>>(),
                "schedule": schedule.word(),
                "here": {
                    "state": entry.here.state,
                    "feeds": entry.here.feeds,
                    "pages": entry.here.pages,
                    "needs": entry.here.needs,
                },
            })
        })
        .collect();
    let document = &register.frame.document;
    Ok(Json(json!({
        "document": { "title": document.title, "date": document.date, "url": document.url },
        "chapters": register.frame.chapters.iter().map(|c| json!({ "id": c.id, "title": c.title })).collect::<Vec<_>>(),
        "initiatives": entries,
    })))
}

fn of(record: &Record) -> Value {
    json!({
        "date": record.date,
        "stage": record.stage,
        "says": record.says,
        "reached": record.reached,
        "source": { "title": record.source.title, "publisher": record.source.publisher, "url": record.source.url },
    })
}

/// One row an entry, in the city's first language; the JSON has all of them.
pub async fn initiatives_csv(gate: Gate, State(portal): State<Portal>) -> Result<Response, Problem> {
    let register = portal.register()?;
    let today = portal.today(&gate);
    let mut csv = String::from(
        "id,chapter,section,nature,new,title,summary,owner,document_stage,due,newest_source_date,newest_stage,schedule,here\r\n",
    );
    let langs = portal.parts().pack.language_tags();
    let first = &langs[0];
    for entry in &register.entries {
        let newest = entry.newest();
        let text = |text: &vocab::Text| text.get(first).unwrap_or_default().to_string();
        let day = |day: Option<vocab::Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let row = [
            entry.id.clone(),
            entry.chapter.clone(),
            entry.section.clone(),
            entry.nature.word().into(),
            entry.new.to_string(),
            text(&entry.title),
            text(&entry.summary),
            text(&entry.owner),
            entry.document.stage.word().into(),
            day(entry.document.due.as_ref().map(|due| due.by)),
            day(newest.map(|record| record.date)),
            newest.map(|record| record.stage.word()).unwrap_or_default().into(),
            entry.schedule(today).word().into(),
            entry.here.state.word().into(),
        ];
        csv.push_str(&row.map(|cell| quoted(&cell)).join(","));
        csv.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"initiatives.csv\""),
    ];
    Ok((headers, csv).into_response())
}

/// RFC 4180.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.into()
    }
}

pub async fn changes(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let register = asked.portal.register()?;
    let title = asked.reader().t("register-title");
    Ok(changes_of(&asked, register, register.entries.iter(), "/initiatives", &title))
}

pub async fn changes_of_one(
    _: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let register = asked.portal.register()?;
    let shown: String = id.chars().take(40).collect();
    let entry = register.entry(&id).ok_or_else(|| Problem::not_found(format!("the entry {shown}")))?;
    let title = asked.reader().plain(&entry.title);
    Ok(changes_of(&asked, register, [entry].into_iter(), &format!("/initiatives/{}", entry.slug()), &title))
}

/// Each record is an entry of the feed, dated by its source; the document itself is the oldest of each.
fn changes_of<'e>(
    asked: &Asked,
    register: &Register,
    entries: impl Iterator<Item = &'e Entry>,
    path: &str,
    title: &str,
) -> Response {
    let r = asked.reader();
    let zone = &asked.portal.site().zone;
    let mut found: Vec<(vocab::Day, &Entry, usize, String, String)> = Vec::new();
    for entry in entries {
        let document = &register.frame.document;
        found.push((document.date, entry, 0, r.plain(&entry.document.says), document.url.clone()));
        for (index, record) in entry.since.iter().enumerate() {
            found.push((record.date, entry, index + 1, r.plain(&record.says), record.source.url.clone()));
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)).then(b.2.cmp(&a.2)));
    found.truncate(ATOM_RECORDS);
    let newest = found.first().map_or(register.frame.document.date, |first| first.0);
    let name = |what: &str| {
        let date = register.frame.document.date;
        tag(asked, date, format_args!("{}/{what}", asked.lang.slug()))
    };
    let of_feed = name(path.trim_start_matches('/'));
    let mut atom = Atom::new(asked, path, title, &of_feed, newest.start(zone));
    for (date, entry, index, says, source) in found {
        atom.entry(&atom::Entry {
            title: &format!("{} {}", entry.id, r.plain(&entry.title)),
            id: name(&format!("{}/{date}/{index}", entry.slug())),
            published: date.start(zone),
            updated: date.start(zone),
            path: format!("/initiatives/{}", entry.slug()),
            category: None,
            via: Some(&source),
            summary: &says,
        });
    }
    atom.response()
}
