//! `calendar.txt` and `calendar_dates.txt`: which service runs on which day.

use std::collections::HashMap;

use vocab::Day;

use super::table::Table;
use super::{Refused, Report, Tables};
use crate::calendar::Services;

const WEEKLY: &str = "calendar.txt";
const EXCEPTIONS: &str = "calendar_dates.txt";
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// A feed that says it holds for a century gets a century of bits; one that errs by a digit does not get a thousand years.
const DAYS_MAX: i64 = 100 * 366;

struct Weekly {
    service: String,
    days: [bool; 7],
    from: Day,
    to: Day,
}

struct Exception {
    service: String,
    day: Day,
    runs: bool,
}

/// The services of a feed, and their numbers by their names.
pub fn read(
    source: &mut dyn Tables,
    report: &mut Report,
) -> Result<(Services, HashMap<String, u32>), Refused> {
    let weekly = weekly(source, report)?;
    let exceptions = exceptions(source, report)?;
    let first = weekly.iter().map(|w| w.from).chain(exceptions.iter().map(|e| e.day)).min();
    let last = weekly.iter().map(|w| w.to).chain(exceptions.iter().map(|e| e.day)).max();
    let (Some(first), Some(last)) = (first, last) else { return Err(Refused::NoDay) };
    let last = last.min(first.plus(DAYS_MAX));
    let mut services = Services::between(first, last);
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for week in weekly {
        let service = *numbers.entry(week.service).or_insert_with(|| services.add());
        let mut day = week.from;
        while day <= week.to.min(last) {
            if week.days[day.weekday()] {
                services.set(service, day, true);
            }
            day = day.plus(1);
        }
    }
    // Exceptions come after every week: they take away from it, or add.
    for exception in exceptions {
        let service = *numbers.entry(exception.service).or_insert_with(|| services.add());
        services.set(service, exception.day, exception.runs);
    }
    Ok((services, numbers))
}

fn weekly(source: &mut dyn Tables, report: &mut Report) -> Result<Vec<Weekly>, Refused> {
    let Some(bytes) = source.table(WEEKLY)? else { return Ok(Vec::new()) };
    let mut table = Table::new(WEEKLY, bytes, &["service_id", "start_date", "end_date"])?;
    let (id, start, end) = (table.column("service_id"), table.column("start_date"), table.column("end_date"));
    let weekdays = WEEKDAYS.map(|name| table.column(name));
    let mut all = Vec::new();
    while table.advance(report) {
        let (from, to) = (table.day(start, "start_date", report), table.day(end, "end_date", report));
        let (Some(from), Some(to)) = (from, to) else {
            table.tell_blanks(&[(start, "start_date"), (end, "end_date")], report);
            continue;
        };
        if from > to {
            let what = format!("the service {} ends before it begins", table.text(id));
            report.add("start_and_end_range_out_of_order", WEEKLY, table.row(), what);
            continue;
        }
        let days = weekdays.map(|column| &*table.text(column) == "1");
        all.push(Weekly { service: table.text(id).into_owned(), days, from, to });
    }
    Ok(all)
}

fn exceptions(source: &mut dyn Tables, report: &mut Report) -> Result<Vec<Exception>, Refused> {
    let Some(bytes) = source.table(EXCEPTIONS)? else { return Ok(Vec::new()) };
    let mut table = Table::new(EXCEPTIONS, bytes, &["service_id", "date", "exception_type"])?;
    let (id, date, kind) = (table.column("service_id"), table.column("date"), table.column("exception_type"));
    let mut all = Vec::new();
    while table.advance(report) {
        let Some(day) = table.day(date, "date", report) else {
            table.tell_blanks(&[(date, "date")], report);
            continue;
        };
        let runs = match &*table.text(kind) {
            "1" => true,
            "2" => false,
            other => {
                let what = format!("exception_type is {other:?}");
                report.add("unexpected_enum_value", EXCEPTIONS, table.row(), what);
                continue;
            }
        };
        all.push(Exception { service: table.text(id).into_owned(), day, runs });
    }
    Ok(all)
}
