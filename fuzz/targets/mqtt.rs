//! What a device says to the broker: the frame, the greeting and all that follows it, in both versions.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mqtt::packet::{Codec, Version, connect, frame};
use mqtt::topic::{Bounds, Filter, check_name};

/// As the broker's usual limit.
const MOST: usize = 256 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    // Greeting first, then packet after packet, as a connection does it.
    while let Ok(Some(whole)) = frame(rest, MOST) {
        let (packet, after) = rest.split_at(whole);
        drop(connect(BytesMut::from(packet)));
        for version in [Version::Three, Version::Five] {
            drop(Codec::new(version).read(&mut BytesMut::from(packet)));
        }
        rest = after;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(check_name(text, Bounds::default()));
        if let Ok(filter) = Filter::parse(text, Bounds::default()) {
            filter.matches("a/b/c");
        }
    }
});
