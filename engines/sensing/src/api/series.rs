//! `/api/series/<datastream>.csv`, `.json` and `.parquet`: a datastream as a file, text written while it is read.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::{Value as Json, json};

use super::aggregate::time;
use super::latest::parameters;
use crate::Sensing;
use crate::api::problems::{BAD_PATH, BAD_QUERY, TOO_MUCH};
use crate::datastream::Datastream;
use crate::entity::Sight;
use crate::export::DayWriter;
use crate::observation::{Content, Row, Span};
use crate::observed::writing::Seen;
use crate::observed::{times, writing};
use crate::store::observations::Order;

/// Rows read at a time, some 400 KB of text.
const CHUNK: usize = 8_192;
/// Rows of one Parquet file, which is made in memory: 50 MB at the very most, and ten years of minutes.
const PARQUET_ROWS: u64 = 5_500_000;

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new().get(
        "/api/series/{*file}",
        Access::public_read("observations"),
        Doc::new("A datastream as a file: its name with .csv, .json or .parquet")
            .media_type("text/csv")
            .query("from", "a time; without it from the first observation on")
            .query("to", "a time; without it to the last"),
        series,
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text(TextForm),
    Parquet,
}

/// Those that are written row by row, while they are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextForm {
    Csv,
    Json,
}

impl Form {
    /// Media type and ending.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Form::Text(TextForm::Csv) => ("text/csv; charset=utf-8", "csv"),
            Form::Text(TextForm::Json) => ("application/json", "json"),
            Form::Parquet => ("application/vnd.apache.parquet", "parquet"),
        }
    }
}

/// What is being written.
struct Writing {
    sensing: Sensing,
    datastream: Arc<Datastream>,
    form: TextForm,
    span: Span,
    head: Option<String>,
    rows: u64,
    is_done: bool,
}

async fn series(
    gate: Gate,
    State(sensing): State<Sensing>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let forms = [
        (".csv", Form::Text(TextForm::Csv)),
        (".json", Form::Text(TextForm::Json)),
        (".parquet", Form::Parquet),
    ];
    let found = forms.into_iter().find_map(|(end, form)| Some((file.strip_suffix(end)?, form)));
    let (name, form) = found.ok_or_else(|| {
        let what = "a series is a file of its own kind";
        Problem::new(&BAD_PATH, what).hint("end the datastream's name with .csv, .json or .parquet")
    })?;
    let datastream = sensing.one_named(name, &Sight::of(&gate.caller))?;
    let parameters = parameters(query.as_deref())?;
    let (from, to) = (time(&parameters, "from")?, time(&parameters, "to")?);
    let span = Span::times(from.map_or(i64::MIN, |from| from.0), to.map_or(i64::MAX, |to| to.0));
    if from > to && to.is_some() {
        return Err(Problem::new(&BAD_QUERY, "from lies after to").hint("from is in, to is out"));
    }
    let note = sensing.inner.world.notes.get(datastream.id);
    let terms = note.as_ref().and_then(|note| sensing.terms(note.feed.as_deref()?));
    let licence = terms.as_ref().and_then(|terms| terms["licence_url"].as_str()).map(str::to_string);
    let unit = note.map(|note| note.unit.clone()).unwrap_or_default();
    let body = match form {
        Form::Parquet => Body::from(parquet(&sensing, &datastream, span).await?),
        Form::Text(form) => text(sensing, datastream.clone(), form, span, terms, &unit),
    };
    let file = datastream.slug.as_str().replace('/', "_");
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let (kind, end) = form.words();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.{end}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    if let Some(Ok(link)) = licence.map(|url| HeaderValue::from_str(&format!("<{url}>; rel=\"license\""))) {
        headers.insert(header::LINK, link);
    }
    Ok(response)
}

/// The file as text, written while it is read.
fn text(
    sensing: Sensing,
    datastream: Arc<Datastream>,
    form: TextForm,
    span: Span,
    terms: Option<Json>,
    unit: &str,
) -> Body {
    let head = match form {
        TextForm::Csv => "time,result,quality,mode\n".to_string(),
        TextForm::Json => {
            let known = json!({
                "mode": datastream.mode,
                "datastream": datastream.slug,
                "id": datastream.id,
                "unit": unit,
                "source": terms.unwrap_or(Json::Null),
            });
            let known = known.to_string();
            format!("{},\"values\":[\n", known.strip_suffix('}').unwrap_or_default())
        }
    };
    let writing = Writing { sensing, datastream, form, span, head: Some(head), rows: 0, is_done: false };
    // Whoever compresses the answer may ask once more after its end.
    Body::from_stream(stream::unfold(writing, |writing| async move { writing.next().await }).fuse())
}

/// The file as the export writes it, whole: a Parquet file says at its end where its parts are.
async fn parquet(sensing: &Sensing, datastream: &Datastream, mut span: Span) -> Result<Vec<u8>, Problem> {
    let failed = |error: crate::export::ExportError| {
        tracing::error!(%error, "a series could not be written as Parquet");
        Problem::new(&host::problem::INTERNAL, "the file could not be written")
    };
    let rows = sensing.observations().count(datastream.id, span).await?;
    if rows > PARQUET_ROWS {
        let what = format!("{rows} observations; a Parquet file of one series may hold {PARQUET_ROWS}");
        return Err(Problem::new(&TOO_MUCH, what).hint("ask for less with from and to, or for .csv"));
    }
    let names = sensing.source_names().await?;
    let mut writer = DayWriter::new(Vec::new()).map_err(failed)?;
    loop {
        let found = sensing.observations().scan(datastream.id, span, Order::Ascending, CHUNK).await?;
        let name = |source| names.get(&source).cloned().unwrap_or_else(|| format!("source:{source}"));
        writer.add(datastream.slug.as_str(), &found, name).map_err(failed)?;
        match found.last().filter(|_| found.len() == CHUNK) {
            Some(last) => span.from = last.key().next(),
            None => return writer.finish().map_err(failed),
        }
    }
}

impl Writing {
    /// The next piece of the file. A store that fails half-way breaks the connection, so that nobody takes a part for
    /// the whole.
    async fn next(mut self) -> Option<(Result<Bytes, host::DbError>, Writing)> {
        if self.is_done {
            return None;
        }
        let mut out = self.head.take().unwrap_or_default();
        let scanned =
            self.sensing.observations().scan(self.datastream.id, self.span, Order::Ascending, CHUNK);
        let rows = match scanned.await {
            Ok(rows) => rows,
            Err(error) => {
                self.is_done = true;
                return Some((Err(error), self));
            }
        };
        for row in &rows {
            match self.form {
                TextForm::Csv => self.csv(&mut out, row),
                TextForm::Json => self.json(&mut out, row),
            }
            self.rows += 1;
        }
        match rows.last().filter(|_| rows.len() == CHUNK) {
            Some(last) => self.span.from = last.key().next(),
            None => {
                self.is_done = true;
                if self.form == TextForm::Json {
                    let _ = write!(out, "\n],\"count\":{}}}\n", self.rows);
                }
            }
        }
        Some((Ok(Bytes::from(out)), self))
    }

    fn seen<'a>(&self, row: &'a Row) -> Seen<'a> {
        Seen { datastream: self.datastream.id, class: self.datastream.class, row }
    }

    fn csv(&self, out: &mut String, row: &Row) {
        let (start, end) = self.seen(row).phenomenon_time();
        times::write_times(out, start, end);
        out.push(',');
        match row.content() {
            // An empty cell is a missing result.
            Content::Missing => {}
            Content::Text(text) | Content::Json(text) => {
                let _ = write!(out, "\"{}\"", text.replace('"', "\"\""));
            }
            other => writing::content(out, other),
        }
        let _ = writeln!(out, ",{},{}", row.quality().word(), self.datastream.mode.word());
    }

    fn json(&self, out: &mut String, row: &Row) {
        if self.rows > 0 {
            out.push_str(",\n");
        }
        let (start, end) = self.seen(row).phenomenon_time();
        out.push_str("[\"");
        times::write_times(out, start, end);
        out.push_str("\",");
        writing::content(out, row.content());
        let _ = write!(out, ",\"{}\"]", row.quality().word());
    }
}
