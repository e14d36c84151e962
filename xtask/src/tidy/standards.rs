//! docs/standards.md says what the conformance tests say.

use super::{Breaches, Law};
use crate::house::House;
use crate::standards::{self, PATH};

pub const LAW: Law = Law {
    name: "standards-are-proved",
    reason: "a claim to meet a standard is worth the test behind it; the page lists requirements with the tests that name them, \
             and nothing else",
    way_out: "put `/// Requirement: <standard> <class> <req/…>` directly above the test in tests/conformance/<standard>/ and run \
              cargo xtask bless",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    let (rows, faults) = standards::scan(house);
    for (file, line, what) in faults {
        breaches.add(file, line, what);
    }
    if house.text(PATH) != Some(standards::page(&rows).as_str()) {
        breaches.add(PATH, 1, "is not what the conformance tests say");
    }
}
