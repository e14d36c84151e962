//! What a condition is worth for one entity. What cannot be computed is nothing, and nothing is not true.

use vocab::Time;
use vocab::time::{DAY, HOUR, MINUTE, SECOND};

use super::call::Family;
use super::{Arithmetic, Compare, Expr, Function};
use crate::observed::times::{self, Times};
use crate::query::order;
use crate::query::scope::{Val, Values};
use crate::query::shape::Shape;

pub fn value(expr: &Expr, scope: &dyn Values, now: Time) -> Val {
    let of = |expr: &Expr| value(expr, scope, now);
    match expr {
        Expr::Literal(value) => value.clone(),
        // A shape is for functions alone; they look at it themselves.
        Expr::Shape(_) => Val::Null,
        Expr::Path(path) => scope.value(path),
        Expr::Not(inner) => match of(inner) {
            Val::Bool(bool) => Val::Bool(!bool),
            _ => Val::Null,
        },
        Expr::And(a, b) => Val::Bool(of(a) == Val::Bool(true) && of(b) == Val::Bool(true)),
        Expr::Or(a, b) => Val::Bool(of(a) == Val::Bool(true) || of(b) == Val::Bool(true)),
        Expr::Compare(compare, a, b) => any(&of(a), &of(b), &|a, b| Val::Bool(compared(*compare, a, b))),
        Expr::Calculate(arithmetic, a, b) => calculated(*arithmetic, &of(a), &of(b)),
        Expr::Call(function, arguments) => called(*function, arguments, scope, now),
    }
}

/// Along a link to many, one that fits is enough.
fn any(a: &Val, b: &Val, f: &dyn Fn(&Val, &Val) -> Val) -> Val {
    match (a, b) {
        (Val::Many(all), other) => Val::Bool(all.iter().any(|one| any(one, other, f) == Val::Bool(true))),
        (other, Val::Many(all)) => Val::Bool(all.iter().any(|one| any(other, one, f) == Val::Bool(true))),
        (a, b) => f(a, b),
    }
}

fn times_of(value: &Val) -> Option<(i64, i64)> {
    match value {
        Val::Times(start, end) => Some((*start, *end)),
        Val::Text(text) => Times::parse(text)
            .or_else(|| Times::parse(&format!("{text}T00:00:00Z")))
            .map(|times| (times.start, times.end.unwrap_or(times.start))),
        _ => None,
    }
}

fn compared(compare: Compare, a: &Val, b: &Val) -> bool {
    if matches!(a, Val::Null) || matches!(b, Val::Null) {
        let same = a == b;
        return match compare {
            Compare::Equal => same,
            Compare::NotEqual => !same,
            _ => false,
        };
    }
    if matches!(a, Val::Times(..)) || matches!(b, Val::Times(..)) {
        let (Some((a, a_end)), Some((b, b_end))) = (times_of(a), times_of(b)) else {
            return compare == Compare::NotEqual;
        };
        return match compare {
            Compare::Equal => (a, a_end) == (b, b_end),
            Compare::NotEqual => (a, a_end) != (b, b_end),
            // An interval is less than what begins when it ends.
            Compare::Less => a < b && a_end <= b,
            Compare::Greater => b < a && b_end <= a,
            Compare::LessOrEqual => a <= b && a_end <= b_end,
            Compare::GreaterOrEqual => a >= b && a_end >= b_end,
        };
    }
    if std::mem::discriminant(a) != std::mem::discriminant(b) {
        return compare == Compare::NotEqual;
    }
    let order = order::compare(a, b);
    match compare {
        // −0 and 0 are the same number.
        Compare::Equal => a == b,
        Compare::NotEqual => a != b,
        Compare::Less => order.is_lt() && a != b,
        Compare::LessOrEqual => order.is_le() || a == b,
        Compare::Greater => order.is_gt() && a != b,
        Compare::GreaterOrEqual => order.is_ge() || a == b,
    }
}

fn calculated(arithmetic: Arithmetic, a: &Val, b: &Val) -> Val {
    use Arithmetic::{Add, Divide, Multiply, Subtract};
    // Times and durations (OData 4.0 part 2, 5.1.1.2); an interval keeps its length.
    let moved = |(start, end): (i64, i64), by: i64| {
        let both = start.checked_add(by).zip(end.checked_add(by));
        both.map_or(Val::Null, |(start, end)| Val::Times(start, end))
    };
    match (arithmetic, a, b) {
        (Add, Val::Times(start, end), Val::Duration(by))
        | (Add, Val::Duration(by), Val::Times(start, end)) => {
            return moved((*start, *end), *by);
        }
        (Subtract, Val::Times(start, end), Val::Duration(by)) => {
            return moved((*start, *end), by.saturating_neg());
        }
        (Subtract, Val::Times(a, _), Val::Times(b, _)) => return Val::Duration(a.saturating_sub(*b)),
        (Add, Val::Duration(a), Val::Duration(b)) => return Val::Duration(a.saturating_add(*b)),
        (Subtract, Val::Duration(a), Val::Duration(b)) => return Val::Duration(a.saturating_sub(*b)),
        // A sign before a duration is read as nothing less it.
        (Subtract, Val::Number(0.0), Val::Duration(by)) => return Val::Duration(by.saturating_neg()),
        (Multiply, Val::Duration(by), Val::Number(times))
        | (Multiply, Val::Number(times), Val::Duration(by)) => return scaled(*by as f64 * times),
        (Divide, Val::Duration(by), Val::Number(parts)) => return scaled(*by as f64 / parts),
        _ => {}
    }
    let (Val::Number(a), Val::Number(b)) = (a, b) else { return Val::Null };
    let result = match arithmetic {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
    };
    if result.is_finite() { Val::Number(result) } else { Val::Null }
}

/// A duration of so many microseconds; what no clock can hold is none.
fn scaled(micros: f64) -> Val {
    if micros.is_finite() && micros.abs() < 4e18 { Val::Duration(micros as i64) } else { Val::Null }
}

fn called(function: Function, arguments: &[Expr], scope: &dyn Values, now: Time) -> Val {
    let values: Vec<Val> = arguments.iter().map(|argument| value(argument, scope, now)).collect();
    match function {
        Function::Now => return Val::Times(now.0, now.0),
        Function::MinDateTime => return Val::Times(Time::MIN.0, Time::MIN.0),
        Function::MaxDateTime => return Val::Times(Time::MAX.0, Time::MAX.0),
        _ => {}
    }
    if function.family() == Family::Shape {
        return of_shapes(function, arguments, &values);
    }
    let empty = Val::Null;
    let (first, second) = (values.first().unwrap_or(&empty), values.get(1).unwrap_or(&empty));
    any(first, second, &|first, second| match (first, second) {
        (Val::Text(text), other) if function.family() != Family::Time => {
            of_text(function, text, other, values.get(2))
        }
        (Val::Number(number), _) => of_number(function, *number),
        _ => of_times(function, first, second),
    })
}

fn of_number(function: Function, number: f64) -> Val {
    match function {
        Function::Round => Val::Number(number.round()),
        Function::Floor => Val::Number(number.floor()),
        Function::Ceiling => Val::Number(number.ceil()),
        _ => Val::Null,
    }
}

fn of_text(function: Function, text: &str, other: &Val, third: Option<&Val>) -> Val {
    let number = |value: &Val| match value {
        Val::Number(number) if *number >= 0.0 => Some(*number as usize),
        _ => None,
    };
    let characters = |text: &str| text.chars().count() as f64;
    match (function, other) {
        (Function::SubstringOf, Val::Text(whole)) => Val::Bool(whole.contains(text)),
        (Function::Contains, Val::Text(part)) => Val::Bool(text.contains(part.as_str())),
        (Function::EndsWith, Val::Text(part)) => Val::Bool(text.ends_with(part.as_str())),
        (Function::StartsWith, Val::Text(part)) => Val::Bool(text.starts_with(part.as_str())),
        (Function::IndexOf, Val::Text(part)) => Val::Number(
            text.find(part.as_str()).map_or(-1.0, |at| characters(text.get(..at).unwrap_or_default())),
        ),
        (Function::Concat, Val::Text(part)) => Val::Text(format!("{text}{part}")),
        (Function::Substring, from) => match number(from) {
            Some(from) => {
                let length = third.and_then(number).unwrap_or(usize::MAX);
                Val::Text(text.chars().skip(from).take(length).collect())
            }
            None => Val::Null,
        },
        (Function::Length, _) => Val::Number(characters(text)),
        (Function::ToLower, _) => Val::Text(text.to_lowercase()),
        (Function::ToUpper, _) => Val::Text(text.to_uppercase()),
        (Function::Trim, _) => Val::Text(text.trim().to_string()),
        _ => Val::Null,
    }
}

fn of_times(function: Function, first: &Val, second: &Val) -> Val {
    let Some((start, end)) = times_of(first) else { return Val::Null };
    let mut text = String::new();
    times::write(&mut text, start);
    let digits = |from: usize, to: usize| {
        text.get(from..to).and_then(|d| d.parse().ok()).map_or(Val::Null, Val::Number)
    };
    let other = times_of(second);
    match (function, other) {
        (Function::Year, _) => digits(0, 4),
        (Function::Month, _) => digits(5, 7),
        (Function::Day, _) => digits(8, 10),
        (Function::Hour, _) => Val::Number((start.rem_euclid(DAY) / HOUR) as f64),
        (Function::Minute, _) => Val::Number((start.rem_euclid(HOUR) / MINUTE) as f64),
        (Function::Second, _) => Val::Number((start.rem_euclid(MINUTE) / SECOND) as f64),
        (Function::FractionalSeconds, _) => Val::Number(start.rem_euclid(SECOND) as f64 / SECOND as f64),
        // A date is its first instant, as it is where it is written down.
        (Function::Date, _) => {
            let day = Time(start).floor(DAY).0;
            Val::Times(day, day)
        }
        (Function::TimeOfDay, _) => Val::Text(text.get(11..text.len() - 1).unwrap_or_default().to_string()),
        // Times are kept in UTC.
        (Function::TotalOffsetMinutes, _) => Val::Number(0.0),
        (Function::Before, Some((other, _))) => Val::Bool(start < other && end <= other),
        (Function::After, Some((_, other_end))) => {
            Val::Bool(start > other_end || start >= other_end && end > start)
        }
        (Function::Meets, Some((other, other_end))) => Val::Bool(end == other || start == other_end),
        (Function::During, Some((other, other_end))) => Val::Bool(other <= start && end <= other_end),
        (Function::Overlaps, Some((other, other_end))) => {
            Val::Bool(start < other_end && other < end || (start, end) == (other, other_end))
        }
        (Function::Starts, Some((other, _))) => Val::Bool(start == other),
        (Function::Finishes, Some((_, other_end))) => Val::Bool(end == other_end),
        _ => Val::Null,
    }
}

/// Functions of places.
fn of_shapes(function: Function, arguments: &[Expr], values: &[Val]) -> Val {
    use Function::*;
    let shapes = |at: usize| -> Vec<Shape> {
        match (arguments.get(at), values.get(at)) {
            (Some(Expr::Shape(shape)), _) => vec![shape.clone()],
            (_, Some(Val::Json(json))) => Shape::of_geojson(json).into_iter().collect(),
            (_, Some(Val::Many(all))) => {
                let json =
                    |value: &Val| if let Val::Json(json) = value { Shape::of_geojson(json) } else { None };
                all.iter().filter_map(json).collect()
            }
            _ => Vec::new(),
        }
    };
    let (first, second) = (shapes(0), shapes(1));
    let least = |of: &dyn Fn(&Shape, &Shape) -> f64| {
        let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (a, b)));
        pairs
            .map(|(a, b)| of(a, b))
            .min_by(f64::total_cmp)
            .filter(|d| d.is_finite())
            .map_or(Val::Null, Val::Number)
    };
    let some = |is: &dyn Fn(&Shape, &Shape) -> bool| {
        if first.is_empty() || second.is_empty() {
            return Val::Null;
        }
        Val::Bool(first.iter().any(|a| second.iter().any(|b| is(a, b))))
    };
    match function {
        GeoDistance => least(&|a, b| a.distance_degrees(b)),
        Distance => least(&|a, b| a.distance_metres(b)),
        GeoLength => first.first().map_or(Val::Null, |shape| Val::Number(shape.length_degrees())),
        Intersects => some(&Shape::intersects),
        Within => some(&Shape::is_within),
        Holds => some(&|a, b| b.is_within(a)),
        Disjoint => some(&|a, b| !a.intersects(b)),
        Touches => some(&Shape::touches),
        Crosses => some(&Shape::crosses),
        ShapesOverlap => some(&Shape::overlaps),
        Relates => match values.get(2) {
            Some(Val::Text(pattern)) => some(&|a, b| a.relate(b).fits(pattern) == Some(true)),
            _ => Val::Null,
        },
        _ => some(&|a, b| a.is_within(b) && b.is_within(a)),
    }
}
