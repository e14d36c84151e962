//! Tables: those of feeds, and those that name devices.
#![no_main]

use intake::decode::{Format, Layout};
use libfuzzer_sys::fuzz_target;

#[path = "../feed.rs"]
mod feed;

fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let layout = Layout {
        delimiter: if how & 1 == 0 { b',' } else { b';' },
        title_lines: usize::from(how >> 1 & 3),
        note_lines: usize::from(how >> 3 & 3),
        columns: (how >> 5 & 1 == 1).then(|| vec!["a".into(), "b".into()]),
        needed: Vec::new(),
    };
    feed::read(bytes, Format::Delimited(layout));
    drop(sensing::device::rows(bytes));
});
