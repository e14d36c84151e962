//! Files that are generated and committed, so that a change of them is seen in a diff.

/// Compares a committed file, named from the root of the checkout, with what the program writes now; under
/// `cargo xtask bless` it is rewritten instead. A test that calls this is named `…_is_current`, so that bless finds it.
#[track_caller]
pub fn is_current(path: &str, now: &str) {
    let file = crate::root().join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, now).unwrap_or_else(|e| panic!("{path} cannot be written: {e}"));
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if let Some(line) = first_difference(&committed, now) {
        panic!(
            "{path}:{line} is not what the program writes now.\n    It is committed so that users see a change before they \
             meet it.\n    Run cargo xtask bless, read the diff, commit it."
        );
    }
}

/// The first line, from 1, in which two texts differ.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}
