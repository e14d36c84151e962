//! XML of feeds.
#![no_main]

use intake::decode::Format;
use libfuzzer_sys::fuzz_target;

#[path = "../feed.rs"]
mod feed;

fuzz_target!(|bytes: &[u8]| feed::read(bytes, Format::Xml));
