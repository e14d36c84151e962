//! A tree and what it sees, to what it gives.

use std::cmp::Ordering;

use jiff::civil::DateTime;
use jiff::fmt::strtime;

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

/// Numbers; or a time and seconds.
fn reckon(reckoning: Reckoning, a: Outcome, b: Outcome) -> Result<Outcome, String> {
    let number = |o: &Outcome| o.number().ok_or_else(|| format!("{} is not a number", o.text()));
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
    let nothing = || Outcome::Json(Json::Null);
    let value = |n: usize| arguments.get(n).map_or(Ok(nothing()), |tree: &Tree| tree.value(scope));
    let words = |n: usize| value(n).map(|outcome| outcome.text());
    Ok(match function {
        Function::If => value(if arguments[0].truth(scope)? { 1 } else { 2 })?,
        Function::Coalesce => {
            for argument in arguments {
                let outcome = argument.value(scope)?;
                if !outcome.is_nothing() {
                    return Ok(outcome);
                }
            }
            nothing()
        }
        Function::Concat => {
            let parts: Result<Vec<String>, String> = (0..arguments.len()).map(words).collect();
            text(parts?.concat())
        }
        Function::Join => match value(0)? {
            Outcome::Json(Json::Array(items)) => {
                let items: Vec<String> = items.into_iter().map(|item| Outcome::Json(item).text()).collect();
                text(items.join(&words(1)?))
            }
            other => other,
        },
        Function::Replace => text(words(0)?.replace(&words(1)?, &words(2)?)),
        Function::Choose => {
            let chosen = value(0)?;
            let pairs = &arguments[1..];
            for pair in pairs.chunks_exact(2) {
                if compare(Comparison::Equal, &chosen, &pair[0].value(scope)?) {
                    return pair[1].value(scope);
                }
            }
            pairs.chunks_exact(2).remainder().first().map_or(Ok(nothing()), |tree| tree.value(scope))?
        }
        Function::Part => {
            let (whole, separator) = (words(0)?, words(1)?);
            let n = value(2)?.number().unwrap_or(-1.0);
            let part = (n >= 0.0).then(|| whole.split(separator.as_str()).nth(n as usize)).flatten();
            part.map_or(nothing(), |part| text(part.trim()))
        }
        Function::Contains => truth(words(0)?.contains(&words(1)?)),
        Function::StartsWith => truth(words(0)?.starts_with(&words(1)?)),
        Function::Number => {
            let outcome = value(0)?;
            if outcome.is_nothing() {
                return Ok(nothing());
            }
            let n = outcome.number().ok_or_else(|| format!("{} is not a number", outcome.text()))?;
            Outcome::Json(n.into())
        }
        Function::Text => text(words(0)?),
        Function::Trim => text(words(0)?.trim()),
        Function::Lower => text(words(0)?.to_lowercase()),
        Function::Plain => text(plain(&words(0)?)),
        Function::Count => Outcome::Json(match value(0)? {
            Outcome::Json(Json::Array(items)) => items.len().into(),
            other => usize::from(!other.is_nothing()).into(),
        }),
        Function::Keys => {
            let (field, unwanted) = (words(1)?, value(2)?);
            let Outcome::Json(Json::Object(entries)) = value(0)? else {
                return Ok(Outcome::Json(Json::Array(vec![])));
            };
            let is_unwanted = |entry: &Json| match entry.get(&field) {
                Some(found) if arguments.len() == 3 => {
                    compare(Comparison::Equal, &Outcome::Json(found.clone()), &unwanted)
                }
                _ => false,
            };
            let wanted = entries.into_iter().filter(|(_, entry)| !is_unwanted(entry));
            Outcome::Json(wanted.map(|(key, _)| Json::from(key)).collect())
        }
        Function::Time => match value(0)? {
            Outcome::Time(time) => Outcome::Time(time),
            outcome if outcome.is_nothing() => nothing(),
            outcome => Outcome::Time(match arguments.len() {
                1 => {
                    let written = outcome.text();
                    let read = Time::parse(&written).or_else(|_| Time::parse_in(&written, scope.zone));
                    read.map_err(|e| e.to_string())?
                }
                _ => in_form(outcome.text().trim(), &words(1)?, scope)?,
            }),
        },
        Function::Received => Outcome::Time(scope.received),
    })
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
