//! A batch as `multipart/mixed` (OData 4.0 part 1, 11.7; RFC 2046): parts that are requests, and change sets of them.

use std::fmt::Write as _;

use host::Problem;

use super::{Answered, Asked, Entry, Replied, checked, wrong};
use crate::query::words::short;

/// Characters of a boundary (RFC 2046, 5.1.1).
const BOUNDARY: usize = 70;

/// The boundary that a `Content-Type` names, if it is `multipart/mixed`.
pub fn boundary(kind: &str) -> Option<&str> {
    let (name, parameters) = kind.split_once(';')?;
    if !name.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    (!boundary.is_empty() && boundary.len() <= BOUNDARY).then_some(boundary)
}

pub fn read(bytes: &[u8], boundary: &str) -> Result<Vec<Entry>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("the batch is not UTF-8"))?;
    let mut entries = Vec::new();
    for part in parts(text, boundary)? {
        let (headers, body) = head(part);
        let kind = value(&headers, "content-type").unwrap_or_default();
        match self::boundary(kind) {
            Some(inner) => {
                let mut asked = Vec::new();
                for part in parts(body, inner)? {
                    let (headers, body) = head(part);
                    asked.push(request(&headers, body)?);
                }
                entries.push(Entry::Set(asked));
            }
            None => entries.push(Entry::One(request(&headers, body)?)),
        }
    }
    checked(entries)
}

/// What stands between the boundaries.
fn parts<'a>(text: &'a str, boundary: &str) -> Result<Vec<&'a str>, Problem> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let here = at;
        at += line.len();
        let Some(rest) = line.trim_end().strip_prefix("--").and_then(|line| line.strip_prefix(boundary))
        else {
            continue;
        };
        if !rest.is_empty() && rest != "--" {
            continue;
        }
        if let Some(start) = start {
            // The line break before a boundary belongs to it.
            let part = text.get(start..here).unwrap_or_default();
            found.push(part.strip_suffix('\n').map_or(part, |part| part.strip_suffix('\r').unwrap_or(part)));
        }
        start = Some(at);
        if rest == "--" {
            return Ok(found);
        }
    }
    Err(wrong(format!("the boundary --{}-- does not come", short(boundary))))
}

type Headers = Vec<(String, String)>;

/// Headers, and what follows the empty line.
fn head(text: &str) -> (Headers, &str) {
    let (mut headers, mut rest) = (Headers::new(), text);
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        let line = line.trim_end();
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.trim().to_ascii_lowercase(), value.trim().to_string())),
            None => break,
        }
    }
    (headers, rest)
}

fn value<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// `POST /sta/v1.1/Things HTTP/1.1`, its headers, its body.
fn request(part: &Headers, text: &str) -> Result<Asked, Problem> {
    if value(part, "content-type")
        .is_none_or(|kind| !kind.to_ascii_lowercase().starts_with("application/http"))
    {
        return Err(wrong("a part is neither application/http nor multipart/mixed"));
    }
    let text = text.trim_start_matches(['\r', '\n']);
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut words = line.split_whitespace();
    let (Some(method), Some(url)) = (words.next(), words.next()) else {
        return Err(wrong("a part holds no request line; write GET Things HTTP/1.1"));
    };
    let (headers, body) = head(rest);
    Ok(Asked {
        id: value(part, "content-id").or(value(&headers, "content-id")).map(str::to_string),
        method: method.to_ascii_uppercase(),
        url: url.to_string(),
        headers,
        body: body.trim_end_matches(['\r', '\n']).as_bytes().to_vec(),
    })
}

/// What became of a batch, between boundaries.
pub fn write(replies: &[Replied], boundary: &str) -> String {
    let mut out = String::new();
    for (at, reply) in replies.iter().enumerate() {
        let _ = write!(out, "--{boundary}\r\n");
        match reply {
            // A change set that failed is answered as one (11.7.4).
            Replied::Set(all) if all.iter().any(Answered::is_error) => {
                let failed = all.iter().find(|answered| answered.is_error() && answered.status != 424);
                failed.or(all.first()).into_iter().for_each(|answered| one(&mut out, answered));
            }
            Replied::One(answered) => one(&mut out, answered),
            Replied::Set(all) => {
                let inner = format!("{boundary}_{at}");
                let _ = write!(out, "Content-Type: multipart/mixed; boundary={inner}\r\n\r\n");
                for answered in all {
                    let _ = write!(out, "--{inner}\r\n");
                    one(&mut out, answered);
                }
                let _ = write!(out, "--{inner}--\r\n");
            }
        }
    }
    let _ = write!(out, "--{boundary}--\r\n");
    out
}

fn one(out: &mut String, answered: &Answered) {
    out.push_str("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    if let Some(id) = &answered.id {
        let _ = write!(out, "Content-ID: {id}\r\n");
    }
    // The reason phrase may be empty (RFC 9112, 4).
    let _ = write!(out, "\r\nHTTP/1.1 {} \r\n", answered.status);
    if let Some(location) = &answered.location {
        let _ = write!(out, "Location: {location}\r\n");
    }
    if !answered.body.is_empty() {
        let _ = write!(out, "Content-Type: {}\r\nContent-Length: {}\r\n", answered.kind, answered.body.len());
    }
    let _ = write!(out, "\r\n{}\r\n", answered.body);
}
