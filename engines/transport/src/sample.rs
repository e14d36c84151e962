//! Feeds for tests, written as the tables they are.

use std::collections::HashMap;

use vocab::Day;

use crate::gtfs::{Read, Refused, Tables, read};
use crate::walking::Walking;

/// Tables as a text. Each begins with `# name`; its fields are parted by blanks, and a dot is an empty one.
struct Text(HashMap<String, String>);

impl Text {
    fn of(tables: &str) -> Text {
        let table = |table: &str| {
            let (name, rows) = table.split_once('\n').expect("a name and rows");
            let row = |row: &str| {
                let fields = row.split_whitespace().map(|field| if field == "." { "" } else { field });
                fields.collect::<Vec<_>>().join(",")
            };
            let rows: Vec<String> = rows.lines().filter(|line| !line.is_empty()).map(row).collect();
            (format!("{name}.txt"), rows.join("\n"))
        };
        Text(tables.split("# ").skip(1).map(table).collect())
    }
}

impl Tables for Text {
    fn table(&mut self, name: &'static str) -> Result<Option<Box<dyn std::io::Read + '_>>, Refused> {
        Ok(self.0.get(name).map(|text| Box::new(text.as_bytes()) as Box<dyn std::io::Read>))
    }
}

pub fn feed(tables: &str, walking: &Walking) -> Result<Read, Refused> {
    read(&mut Text::of(tables), walking)
}

pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Three lines of an invented city: 1 runs along A B C D, 2 crosses it at C, a night bus goes past midnight.
pub const CITY: &str = "
# agency
agency_id agency_name agency_timezone
T Tram Europe/Lisbon
# stops
stop_id stop_name stop_lat stop_lon location_type parent_station wheelchair_boarding
A Alfa 41.00 -8.60 . . 1
B Bravo 41.01 -8.60 . . 2
C Charlie 41.02 -8.60 . S .
D Delta 41.03 -8.60 . . .
E Echo 41.02 -8.58 . . .
F Foxtrot 41.0201 -8.6001 . S .
S Central 41.02 -8.60 1 . .
# routes
route_id agency_id route_short_name route_type
1 T 1 3
2 T 2 0
N T N 3
# calendar
service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date
week 1 1 1 1 1 0 0 20261101 20261231
# calendar_dates
service_id date exception_type
week 20261208 2
sun 20261122 1
# trips
route_id service_id trip_id trip_headsign
1 week 1-a Delta
1 week 1-b Delta
1 sun 1-s Delta
2 week 2-a Echo
N week N-a Alfa
# stop_times
trip_id arrival_time departure_time stop_id stop_sequence
1-a 08:00:00 08:00:00 A 1
1-a . . B 2
1-a 08:10:00 08:11:00 C 3
1-a 08:20:00 08:20:00 D 4
1-b 09:00:00 09:00:00 A 1
1-b 09:05:00 09:05:00 B 2
1-b 09:10:00 09:11:00 C 3
1-b 09:20:00 09:20:00 D 4
1-s 10:00:00 10:00:00 A 1
1-s 10:20:00 10:20:00 D 2
2-a 08:12:00 08:12:00 F 1
2-a 08:30:00 08:30:00 E 2
N-a 23:50:00 23:50:00 D 1
N-a 24:30:00 24:30:00 A 2
";
