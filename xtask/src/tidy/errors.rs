//! How often a crate may stop instead of answering.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "errors-are-answers",
    reason: "input can be anything; a panic takes down the request, the writer or the server, and says nothing useful to \
             whoever sent it",
    way_out: "return an error that says what failed, on what and what to do; what cannot happen is `expect(\"why it cannot\")` \
              within the crate's allowance in xtask/src/tidy/errors.rs, which may only shrink (lower it when you remove one)",
    find,
};

/// `unwrap`, `expect`, `panic!` and `unreachable!` outside tests, counted per crate. Numbers only go down.
const ALLOWED: &[(&str, usize)] = &[];

const STOPS: &[&str] = &[".unwrap()", ".expect(\"", ".expect(&", "panic!(", "unreachable!("];

fn find(house: &House, breaches: &mut Breaches) {
    for krate in &house.crates {
        let mut stops = Vec::new();
        for (_, file) in house.product().filter(|(owner, _)| owner.folder == krate.folder) {
            for (number, line) in file.source().lines() {
                // A parser's own `expect("…")?` gives an error.
                let line = line.replace(".expect(\"\")?", "");
                let times: usize = STOPS.iter().map(|stop| line.matches(stop).count()).sum();
                stops.extend(std::iter::repeat_n((file.path.clone(), number), times));
            }
        }
        let allowed = ALLOWED.iter().find(|(name, _)| *name == krate.name).map_or(0, |(_, n)| *n);
        let count = stops.len();
        if count > allowed {
            for (file, number) in stops {
                breaches.add(
                    file,
                    number,
                    format!("{} stops here; it does so {count} times, {allowed} are allowed", krate.name),
                );
            }
        } else if count < allowed {
            let what =
                format!("{} stops {count} times and is allowed {allowed}: lower the allowance", krate.name);
            breaches.add("xtask/src/tidy/errors.rs", 1, what);
        }
    }
}
