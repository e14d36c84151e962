//! Exceptions from lints.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "exceptions-give-reasons",
    reason: "`allow` outlives its cause silently; `expect` warns when it is no longer needed, and its reason tells the next \
             reader whether it still holds",
    way_out: "write #[expect(lint, reason = \"…\")], or mend what the lint found",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.rust() {
        let lines = &file.source().code;
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
                breaches.add(&file.path, at + 1, "an exception that never ends (allow)");
            } else if line.starts_with("#[expect(") || line.starts_with("#![expect(") {
                // The attribute may be broken over some lines.
                let whole = lines[at..].iter().take(6).map(String::as_str).collect::<Vec<_>>().concat();
                let attribute = whole.split(']').next().unwrap_or_default();
                if !attribute.contains("reason = ") {
                    breaches.add(&file.path, at + 1, "an exception without a reason");
                }
            }
        }
    }
}
