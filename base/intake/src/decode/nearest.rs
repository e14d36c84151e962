//! Of the rows of a big grid, those that stand nearest to a few places. Whatever the size of the grid, only they are held.

use std::sync::Arc;

use serde_json::Value;
use vocab::Position;

/// Which records are wanted of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The fields of a record that hold degrees.
    pub longitude: String,
    pub latitude: String,
    /// What is farther away is not near, though nothing be nearer.
    pub within_metres: f64,
    pub places: Vec<Near>,
}

/// A place to which records may be near. A record that is gets `row` as its field `nearest`.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    at: Position,
    row: Value,
}

impl Near {
    /// A row with `longitude` and `latitude`.
    pub fn of(row: Value) -> Option<Near> {
        let at = position(&row, "longitude", "latitude").ok()?;
        Some(Near { at, row })
    }
}

/// Records of one point of a grid: moments, levels. A file that repeats a point more often is no grid.
const OF_ONE_POINT: usize = 1_000;
/// No degree of latitude is shorter.
const METRES_OF_A_DEGREE: f64 = 110_000.0;

/// Looks at record after record and keeps the nearest.
#[derive(Debug)]
pub struct Gathering {
    wanted: Arc<Nearest>,
    found: Vec<Option<Found>>,
}

#[derive(Debug)]
struct Found {
    metres: f64,
    at: Position,
    records: Vec<Value>,
}

impl Gathering {
    pub fn new(wanted: Arc<Nearest>) -> Gathering {
        let found = wanted.places.iter().map(|_| None).collect();
        Gathering { wanted, found }
    }

    /// # Errors
    /// Why it is no record of a grid.
    pub fn take(&mut self, record: &Value) -> Result<(), String> {
        let at = position(record, &self.wanted.longitude, &self.wanted.latitude)?;
        for (place, found) in self.wanted.places.iter().zip(&mut self.found) {
            let best = found.as_ref().map_or(self.wanted.within_metres, |f| f.metres);
            if (place.at.latitude - at.latitude).abs() * METRES_OF_A_DEGREE > best {
                continue;
            }
            let metres = place.at.distance_metres(at);
            match found {
                Some(found) if found.at == at => {
                    if found.records.len() >= OF_ONE_POINT {
                        return Err(format!("its point comes more than {OF_ONE_POINT} times"));
                    }
                    found.records.push(record.clone());
                }
                // Of two points at the same distance, the first.
                Some(found) if metres >= found.metres => {}
                None if metres > best => {}
                found => *found = Some(Found { metres, at, records: vec![record.clone()] }),
            }
        }
        Ok(())
    }

    /// Place by place, in the order of the file; a place with nothing near is an error.
    pub fn records(self) -> impl Iterator<Item = Result<Value, String>> {
        let Gathering { wanted, found } = self;
        let of_place = move |(n, found): (usize, Option<Found>)| -> Vec<Result<Value, String>> {
            let row = &wanted.places[n].row;
            match found {
                None => vec![Err(format!("nothing lies within {} m of {row}", wanted.within_metres))],
                Some(found) => found.records.into_iter().map(|record| Ok(beside(record, row))).collect(),
            }
        };
        found.into_iter().enumerate().flat_map(of_place)
    }
}

fn beside(mut record: Value, row: &Value) -> Value {
    if let Value::Object(fields) = &mut record {
        fields.insert("nearest".into(), row.clone());
    }
    record
}

fn position(record: &Value, longitude: &str, latitude: &str) -> Result<Position, String> {
    let degrees = |name: &str| match record.get(name) {
        Some(Value::Number(n)) => n.as_f64().ok_or_else(|| format!("{name} is not a number")),
        Some(Value::String(text)) => text.trim().parse().map_err(|_| format!("{name} is not a number")),
        _ => Err(format!("it has no {name}")),
    };
    Position::new(degrees(longitude)?, degrees(latitude)?).map_err(|e| e.to_string())
}
