//! A tree and what it sees, to what it gives.

use std::cmp::Ordering;

use jiff::civil::DateTime;
use jiff::fmt::{rfc2822, strtime};

use super::*;

impl Tree {
    pub(super) fn value(&self, scope: &Scope) -> Result<Outcome, String> {
        Ok(match self {
            Tree::Constant(json) => Outcome::Json(json.clone()),
            Tree::Path(path) => scope.value_at(path)?,
            Tree::Not(inner) => truth(!inner.truth(scope)?),
            Tree::Both(a, b) => truth(a.truth(scope)? && b.truth(scope)?),
            Tree::Either(a, b) => truth(a.truth(scope)? || b.truth(scope)?),
            Tree::Compare(comparison, a, b) => {
                truth(compare(*comparison, &a.value(scope)?, &b.value(scope)?))
            }
            Tree::Reckon(reckoning, a, b) => reckon(*reckoning, a.value(scope)?, b.value(scope)?)?,
            Tree::Call(function, arguments) => call(*function, arguments, scope)?,
        })
    }

    fn truth(&self, scope: &Scope) -> Result<bool, String> {
        match self.value(scope)? {
            Outcome::Json(Json::Bool(yes)) => Ok(yes),
            Outcome::Json(Json::Null) => Ok(false),
            other => Err(format!("{} is neither true nor false", other.text())),
        }
    }
}

impl Outcome {
    fn text(&self) -> String {
        match self {
            Outcome::Time(time) => time.iso(),
            Outcome::Json(Json::String(text)) => text.clone(),
            Outcome::Json(Json::Null) => String::new(),
            Outcome::Json(other) => other.to_string(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Outcome::Json(Json::Number(n)) => n.as_f64(),
            Outcome::Json(Json::String(text)) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        }
    }

    fn is_nothing(&self) -> bool {
        match self {
            Outcome::Json(Json::Null) => true,
            Outcome::Json(Json::String(text)) => text.trim().is_empty(),
            _ => false,
        }
    }
}

fn truth(yes: bool) -> Outcome {
    Outcome::Json(yes.into())
}

fn text(text: impl Into<String>) -> Outcome {
    Outcome::Json(Json::String(text.into()))
}

/// Numbers and texts that are numbers as numbers, times as times, everything else as text. Nothing equals only nothing,
/// and is neither less nor greater than anything.
fn compare(comparison: Comparison, a: &Outcome, b: &Outcome) -> bool {
    let nothing = |o: &Outcome| *o == Outcome::Json(Json::Null);
    let order = match (a, b) {
        _ if nothing(a) || nothing(b) => (nothing(a) && nothing(b)).then_some(Ordering::Equal),
        (Outcome::Time(a), Outcome::Time(b)) => Some(a.cmp(b)),
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => Some(a.text().cmp(&b.text())),
        },
    };
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Different => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::AtMost => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::AtLeast => order.is_some_and(Ordering::is_ge),
    }
}

/// Numbers; a time and seconds; or the seconds between two times.
fn reckon(reckoning: Reckoning, a: Outcome, b: Outcome) -> Result<Outcome, String> {
    let number = |o: &Outcome| o.number().ok_or_else(|| format!("{} is not a number", o.text()));
    if let (Reckoning::Minus, Outcome::Time(a), Outcome::Time(b)) = (reckoning, &a, &b) {
        let seconds = (a.0 - b.0) as f64 / 1e6;
        return Ok(Outcome::Json(seconds.into()));
    }
    if let Outcome::Time(time) = a {
        let micros = (number(&b)? * 1e6) as i64;
        return match reckoning {
            Reckoning::Plus => Ok(Outcome::Time(time.plus(micros))),
            Reckoning::Minus => Ok(Outcome::Time(time.plus(-micros))),
            _ => Err("a time is neither multiplied nor divided".into()),
        };
    }
    // What is not there gives nothing, so that a missing value stays missing.
    if a.is_nothing() || b.is_nothing() {
        return Ok(Outcome::Json(Json::Null));
    }
    let (x, y) = (number(&a)?, number(&b)?);
    let result = match reckoning {
        Reckoning::Plus => x + y,
        Reckoning::Minus => x - y,
        Reckoning::Times => x * y,
        Reckoning::Over => x / y,
    };
    let kept = serde_json::Number::from_f64(result).ok_or_else(|| format!("{x} and {y} give no number"))?;
    Ok(Outcome::Json(kept.into()))
}

fn call(function: Function, arguments: &[Tree], scope: &Scope) -> Result<Outcome, String> {
    let given = Given { arguments, scope };
    Ok(match function {
        Function::If => given.value(if arguments[0].truth(scope)? { 1 } else { 2 })?,
        Function::Coalesce => given.first_something()?,
        Function::Choose => given.chosen()?,
        Function::Concat => {
            let parts: Result<Vec<String>, String> = (0..arguments.len()).map(|n| given.words(n)).collect();
            text(parts?.concat())
        }
        Function::Join => match given.value(0)? {
            Outcome::Json(Json::Array(items)) => {
                let items: Vec<String> = items.into_iter().map(|item| Outcome::Json(item).text()).collect();
                text(items.join(&given.words(1)?))
            }
            other => other,
        },
        Function::Replace => text(given.words(0)?.replace(&given.words(1)?, &given.words(2)?)),
        Function::Part => given.part()?,
        Function::Contains => truth(given.words(0)?.contains(&given.words(1)?)),
        Function::StartsWith => truth(given.words(0)?.starts_with(&given.words(1)?)),
        Function::Number => given.number()?,
        Function::Text => text(given.words(0)?),
        Function::Trim => text(given.words(0)?.trim()),
        Function::Lower => text(given.words(0)?.to_lowercase()),
        Function::Plain => text(plain(&given.words(0)?)),
        Function::Count => Outcome::Json(match given.value(0)? {
            Outcome::Json(Json::Array(items)) => items.len().into(),
            other => usize::from(!other.is_nothing()).into(),
        }),
        Function::Keys => given.keys()?,
        Function::Time => given.time()?,
        Function::Received => Outcome::Time(scope.received),
        Function::Required => given.required()?,
        Function::Line => line(&given.words(0)?)?,
    })
}

/// What a function is given, evaluated as it asks.
struct Given<'t, 's> {
    arguments: &'t [Tree],
    scope: &'t Scope<'s>,
}

impl Given<'_, '_> {
    fn value(&self, n: usize) -> Result<Outcome, String> {
        self.arguments.get(n).map_or(Ok(NOTHING), |tree| tree.value(self.scope))
    }

    fn words(&self, n: usize) -> Result<String, String> {
        self.value(n).map(|outcome| outcome.text())
    }

    fn first_something(&self) -> Result<Outcome, String> {
        for argument in self.arguments {
            let outcome = argument.value(self.scope)?;
            if !outcome.is_nothing() {
                return Ok(outcome);
            }
        }
        Ok(NOTHING)
    }

    fn chosen(&self) -> Result<Outcome, String> {
        let asked = self.value(0)?;
        let pairs = self.arguments[1..].chunks_exact(2);
        let otherwise = pairs.remainder().first();
        for pair in pairs {
            if compare(Comparison::Equal, &asked, &pair[0].value(self.scope)?) {
                return pair[1].value(self.scope);
            }
        }
        otherwise.map_or(Ok(NOTHING), |tree| tree.value(self.scope))
    }

    fn part(&self) -> Result<Outcome, String> {
        let (whole, separator) = (self.words(0)?, self.words(1)?);
        let n = self.value(2)?.number().unwrap_or(-1.0);
        let part = (n >= 0.0).then(|| whole.split(separator.as_str()).nth(n as usize)).flatten();
        Ok(part.map_or(NOTHING, |part| text(part.trim())))
    }

    fn number(&self) -> Result<Outcome, String> {
        let outcome = self.value(0)?;
        if outcome.is_nothing() {
            return Ok(NOTHING);
        }
        let n = outcome.number().ok_or_else(|| format!("{} is not a number", outcome.text()))?;
        Ok(Outcome::Json(n.into()))
    }

    fn required(&self) -> Result<Outcome, String> {
        match (self.value(0)?, self.arguments.first()) {
            (Outcome::Json(Json::Null), Some(Tree::Path(path))) => Err(format!("there is no {path}")),
            (Outcome::Json(Json::Null), _) => Err("something that is required is not there".into()),
            (found, _) => Ok(found),
        }
    }

    fn keys(&self) -> Result<Outcome, String> {
        let (field, unwanted) = (self.words(1)?, self.value(2)?);
        let Outcome::Json(Json::Object(entries)) = self.value(0)? else {
            return Ok(Outcome::Json(Json::Array(Vec::new())));
        };
        let is_unwanted = |entry: &Json| match entry.get(&field) {
            Some(found) if self.arguments.len() == 3 => {
                compare(Comparison::Equal, &Outcome::Json(found.clone()), &unwanted)
            }
            _ => false,
        };
        let wanted = entries.into_iter().filter(|(_, entry)| !is_unwanted(entry));
        Ok(Outcome::Json(wanted.map(|(key, _)| Json::from(key)).collect()))
    }

    fn time(&self) -> Result<Outcome, String> {
        let written = match self.value(0)? {
            Outcome::Time(time) => return Ok(Outcome::Time(time)),
            outcome if outcome.is_nothing() => return Ok(NOTHING),
            outcome => outcome.text(),
        };
        let time = match self.arguments.len() {
            1 => read_time(&written, self.scope.zone)?,
            _ => in_form(written.trim(), &self.words(1)?, self.scope)?,
        };
        Ok(Outcome::Time(time))
    }
}

const NOTHING: Outcome = Outcome::Json(Json::Null);

/// A time as ISO 8601 writes it, in `zone` where it has no offset; or as the letters of RFC 2822 and RSS do.
pub(crate) fn read_time(written: &str, zone: &TimeZone) -> Result<Time, String> {
    let iso = Time::parse(written).or_else(|_| Time::parse_in(written, zone));
    iso.or_else(|error| {
        let letter = rfc2822::parse(written.trim()).ok();
        let time = letter.and_then(|zoned| Time::checked(zoned.timestamp().as_microsecond()));
        time.ok_or_else(|| error.to_string())
    })
}

/// Longitude, latitude and perhaps height between commas, positions between spaces.
fn line(written: &str) -> Result<Outcome, String> {
    let position = |text: &str| -> Result<Json, String> {
        let numbers: Result<Vec<f64>, _> = text.split(',').map(str::parse).collect();
        let numbers = numbers.ok().filter(|n| (2..=3).contains(&n.len()) && n.iter().all(|n| n.is_finite()));
        numbers.map(Json::from).ok_or_else(|| format!("\"{text}\" is no position"))
    };
    let positions: Vec<Json> = written.split_whitespace().map(position).collect::<Result<_, _>>()?;
    if positions.len() < 2 {
        return Err("a line has two positions or more".into());
    }
    Ok(Outcome::Json(serde_json::json!({"type": "LineString", "coordinates": positions})))
}

fn in_form(written: &str, form: &str, scope: &Scope) -> Result<Time, String> {
    let wrong = |e: jiff::Error| format!("\"{written}\" is not a time of the form {form}: {e}");
    let broken_down = strtime::parse(form, written).map_err(wrong)?;
    if let Ok(stamp) = broken_down.to_timestamp() {
        return Time::checked(stamp.as_microsecond())
            .ok_or_else(|| format!("\"{written}\" lies outside our years"));
    }
    let civil: DateTime = broken_down.to_datetime().map_err(wrong)?;
    Time::of_civil(civil, scope.zone).ok_or_else(|| format!("\"{written}\" lies outside our years"))
}

/// Without tags, with single spaces, and with the five entities of HTML that feeds use.
fn plain(marked: &str) -> String {
    let mut out = String::with_capacity(marked.len());
    let mut inside = false;
    for c in marked.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            _ if inside => {}
            c => out.push(c),
        }
    }
    // A `<` that nothing closes is no tag: the text is left as it came.
    let text = if inside { marked.to_string() } else { out };
    let entities =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (entity, sign)| text.replace(entity, sign));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
