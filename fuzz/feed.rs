//! An answer of a feed, read as the intake reads it.

use intake::decode::{Format, Limits, Reading, RecordPath, Shape, each_record};

pub fn read(bytes: &[u8], format: Format) {
    for path in ["a", "a/b?/*", ""] {
        let reading = Reading {
            format: format.clone(),
            encoding: None,
            shapes: vec![Shape { path: RecordPath::new(path), unpivot: None, nearest: None }],
            // What a small packed answer may grow to; the rest are the intake's own.
            limits: Limits { bytes: 4 << 20, ..Limits::default() },
        };
        drop(each_record(bytes, &reading, &mut |_, _| Ok(())));
    }
}
