//! JSON of feeds, of devices and of gateways, and batches of requests in both their forms.
#![no_main]

use intake::decode::Format;
use libfuzzer_sys::fuzz_target;
use sensing::batch::{multipart, of_json};
use sensing::observed::{Posted, array};

#[path = "../feed.rs"]
mod feed;

fuzz_target!(|bytes: &[u8]| {
    feed::read(bytes, Format::Json);
    drop(Posted::of_bytes(bytes));
    drop(array::parse(bytes));
    drop(of_json(bytes));
    drop(multipart::read(bytes, "b"));
});
