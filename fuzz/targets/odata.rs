//! What is asked in an address: options, filters, orders, groups, and the paths of entities.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sensing::entity::Kind;
use sensing::query::Query;
use sensing::query::filter::Filter;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in [Kind::Thing, Kind::Datastream, Kind::Observation] {
        if let Err(problem) = Query::parse(text, kind) {
            assert!(problem.hint.is_some(), "no way out is told: {}", problem.detail);
            // A mistake must not be answered with a megabyte.
            assert!(problem.detail.len() < 2_000, "{}", problem.detail.len());
        }
        let _ = Filter::parse(text, kind);
    }
});
