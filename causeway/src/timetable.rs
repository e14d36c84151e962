//! `causeway timetable FEED…`: what GTFS feeds hold, and what is wrong with them, row by row.

use std::path::Path;

use transport::feeds::Source;
use transport::gtfs::{self, Read};
use transport::walking::Walking;

use crate::arguments::Arguments;
use crate::commands::Failure;

pub fn timetable(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.paths.is_empty() {
        return Err(Failure::Usage("name GTFS feeds: causeway timetable feed.zip".into()));
    }
    for path in &arguments.paths {
        let read = read(path)?;
        print!("{}", told(path, &read));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Read, Failure> {
    let refused = |e: gtfs::Refused| Failure::Start(format!("{}: {e}", path.display()));
    gtfs::read(&mut Source::open(path).map_err(refused)?, &Walking::default()).map_err(refused)
}

fn told(path: &Path, read: &Read) -> String {
    let Read { timetable, report } = read;
    let calls: usize =
        timetable.trips.iter().map(|trip| timetable.patterns[trip.pattern as usize].len as usize).sum();
    let walks: usize = (0..timetable.stops.len() as u32).map(|stop| timetable.walks.of(stop).len()).sum();
    format!(
        "{}: {} to {}, {} stops, {} routes, {} trips, {calls} calls, {} patterns, {walks} walks\n{}",
        path.display(),
        timetable.services.first(),
        timetable.services.last(),
        timetable.stops.len(),
        timetable.routes.len(),
        timetable.trips.len(),
        timetable.patterns.len(),
        match report.counts.is_empty() {
            true => "nothing is wrong with it\n".to_string(),
            false => report.to_string(),
        }
    )
}
