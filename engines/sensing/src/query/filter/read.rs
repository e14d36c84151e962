//! The text of a condition, read by precedence (OData 4.0 part 2, 5.1.1.9).

use vocab::time::{DAY, HOUR, MINUTE, SECOND};

use super::{Arithmetic, Compare, Expr, Function};
use crate::observed::times::{self, Times};
use crate::query::scope::Val;
use crate::query::shape::Shape;

/// Brackets, `not` and functions within each other.
const DEPTH: usize = 50;

pub fn parse(text: &str) -> Result<Expr, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let expr = reader.either()?;
    reader.space();
    match reader.rest() {
        "" => Ok(expr),
        rest => Err(format!("\"{}\" stands where nothing can follow", short(rest))),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, symbol: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(symbol);
        self.at += if found { symbol.len() } else { 0 };
        found
    }

    /// Takes one of these words, if it stands here whole.
    fn word<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (_, found) = words.iter().find(|(word, _)| rest.get(..end) == Some(*word))?;
        // A function may be called as an operator is: only what is followed by space or bracket is one.
        self.at += end;
        Some(*found)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("it goes more than {DEPTH} deep"));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn either(&mut self) -> Result<Expr, String> {
        self.deeper(|reader| {
            let mut left = reader.both()?;
            while reader.word(&[("or", ())]).is_some() {
                left = Expr::Or(Box::new(left), Box::new(reader.both()?));
            }
            Ok(left)
        })
    }

    fn both(&mut self) -> Result<Expr, String> {
        let mut left = self.compared()?;
        while self.word(&[("and", ())]).is_some() {
            left = Expr::And(Box::new(left), Box::new(self.compared()?));
        }
        Ok(left)
    }

    fn compared(&mut self) -> Result<Expr, String> {
        let left = self.sum()?;
        let words = [
            ("eq", Compare::Equal),
            ("ne", Compare::NotEqual),
            ("lt", Compare::Less),
            ("le", Compare::LessOrEqual),
            ("gt", Compare::Greater),
            ("ge", Compare::GreaterOrEqual),
        ];
        match self.word(&words) {
            Some(compare) => Ok(Expr::Compare(compare, Box::new(left), Box::new(self.sum()?))),
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        while let Some(word) = self.word(&[("add", Arithmetic::Add), ("sub", Arithmetic::Subtract)]) {
            left = Expr::Calculate(word, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, String> {
        let words = [("mul", Arithmetic::Multiply), ("div", Arithmetic::Divide), ("mod", Arithmetic::Modulo)];
        let mut left = self.one()?;
        while let Some(word) = self.word(&words) {
            left = Expr::Calculate(word, Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Expr, String> {
        self.space();
        if self.take("(") {
            let inner = self.either()?;
            return if self.take(")") { Ok(inner) } else { Err("a bracket is not closed".into()) };
        }
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Err("it ends too early".into()) };
        match first {
            '\'' => self.quoted().map(|text| Expr::Literal(Val::Text(text))),
            '0'..='9' => self.number_or_time(),
            '-' => match rest.get(1..).and_then(|rest| rest.chars().next()) {
                Some('0'..='9') => self.number_or_time(),
                _ => {
                    self.at += 1;
                    let inner = self.deeper(Reader::one)?;
                    let zero = Expr::Literal(Val::Number(0.0));
                    Ok(Expr::Calculate(Arithmetic::Subtract, Box::new(zero), Box::new(inner)))
                }
            },
            'a'..='z' | 'A'..='Z' | '_' | '@' => self.name(),
            other => Err(format!("\"{other}\" cannot stand here")),
        }
    }

    fn name(&mut self) -> Result<Expr, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "_@./-:".contains(c))).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        if name == "not" {
            self.at += end;
            return self.deeper(|reader| Ok(Expr::Not(Box::new(reader.compared()?))));
        }
        if rest.get(end..).is_some_and(|after| after.starts_with('\'')) {
            self.at += end;
            let text = self.quoted()?;
            return match name {
                "geography" | "geometry" => Shape::of_wkt(&text).map(Expr::Shape),
                "duration" => duration(&text)
                    .map(|micros| Expr::Literal(Val::Duration(micros)))
                    .ok_or_else(|| format!("\"{}\" is no duration: write P1DT2H30M", short(&text))),
                other => Err(format!("{other}'…' is no kind of value")),
            };
        }
        self.at += end;
        match name {
            "true" => return Ok(Expr::Literal(Val::Bool(true))),
            "false" => return Ok(Expr::Literal(Val::Bool(false))),
            "null" => return Ok(Expr::Literal(Val::Null)),
            _ => {}
        }
        if self.rest().starts_with('(') {
            return self.call(name);
        }
        let path: Vec<String> =
            name.split('/').map(|p| if p == "@iot.id" { "id".into() } else { p.to_string() }).collect();
        Ok(Expr::Path(path))
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let function = Function::of(name).ok_or_else(|| format!("there is no function {}", short(name)))?;
        self.at += 1;
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.either()?);
                if self.take(")") {
                    break;
                }
                if !self.take(",") {
                    return Err(format!("the brackets of {name} are not closed"));
                }
            }
        }
        let wanted = function.arguments();
        if !wanted.contains(&arguments.len()) {
            let (low, high) = (wanted.start(), wanted.end());
            let many = if low == high { low.to_string() } else { format!("{low} to {high}") };
            return Err(format!("{name} takes {many} arguments, not {}", arguments.len()));
        }
        Ok(Expr::Call(function, arguments))
    }

    /// A text in quotes; one within it is doubled.
    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find('\'').ok_or("a quote is not closed")?;
            text.push_str(&rest[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('\'') {
                return Ok(text);
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn number_or_time(&mut self) -> Result<Expr, String> {
        let rest = self.rest();
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | '(')).unwrap_or(rest.len());
        let text = &rest[..end];
        self.at += end;
        if let Ok(number) = text.parse::<f64>() {
            return if number.is_finite() {
                Ok(Expr::Literal(Val::Number(number)))
            } else {
                Err(format!("{} is too large", short(text)))
            };
        }
        // A plus sign of an offset that was not encoded has become a space.
        let offset = self.rest().get(..6).filter(|after| is_offset(after));
        let whole = match offset {
            Some(after) if text.contains('T') => {
                self.at += after.len();
                format!("{text}+{}", &after[1..])
            }
            _ => text.to_string(),
        };
        if let Some(time) = time_of_day(&whole) {
            return Ok(Expr::Literal(Val::Text(time)));
        }
        match Times::parse(&whole).or_else(|| Times::parse(&format!("{whole}T00:00:00Z"))) {
            Some(times) => Ok(Expr::Literal(Val::Times(times.start, times.end.unwrap_or(times.start)))),
            None => Err(format!("\"{}\" is neither a number nor a time in the years 1 to 9999", short(text))),
        }
    }
}

fn is_offset(text: &str) -> bool {
    matches!(text.as_bytes(), [b' ', a, b, b':', c, d] if [a, b, c, d].iter().all(|x| x.is_ascii_digit()))
}

/// `12:00:00.5` as `time()` writes it.
fn time_of_day(text: &str) -> Option<String> {
    let micros = times::instant(&format!("1970-01-01T{text}Z"))?;
    let mut out = String::new();
    times::write(&mut out, micros);
    out.get(11..out.len() - 1).map(str::to_string)
}

/// Microseconds of `-P1DT2H30M4.5S`; years and months have no length of their own.
pub fn duration(text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (days, clock) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, clock)) if !clock.is_empty() => (days, clock),
        Some(_) => return None,
        None => (text.get(1..)?, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let (mut rest, mut micros) = (days, 0.0);
    for (unit, length, is_of_clock) in
        [('D', DAY, false), ('H', HOUR, true), ('M', MINUTE, true), ('S', SECOND, true)]
    {
        if unit == 'H' {
            if !rest.is_empty() {
                return None;
            }
            rest = clock;
        }
        if let Some((number, after)) = rest.split_once(unit) {
            let is_number =
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.' && is_of_clock);
            micros += number.parse::<f64>().ok().filter(|_| is_number)? * length as f64;
            rest = after;
        }
    }
    // What no clock can hold is none; casting would bend it.
    (rest.is_empty() && micros < 4e18).then_some(sign * micros as i64)
}
