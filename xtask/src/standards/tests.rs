use super::*;

fn house(path: &str, text: &str) -> House {
    House::of([(path.to_string(), text.to_string())])
}

#[test]
fn a_requirement_belongs_to_the_test_below_it() {
    let check = |path: &str, text: &str, test: Option<&str>| {
        let (rows, faults) = scan(&house(path, text));
        assert_eq!(rows.first().map(|r| r.test.as_str()), test, "{text}");
        assert_eq!(faults.len(), usize::from(test.is_none() && text.starts_with("///")), "{faults:?}");
    };
    let rust = "tests/conformance/sensorthings/core.rs";
    check(rust, "/// Requirement: sta core req/a\n#[test]\nfn entities() {}", Some("entities"));
    check(
        rust,
        "/// What it does.\n/// Requirement: sta core req/a\n/// Requirement: sta core req/b\n#[test]\nfn two() {}",
        Some("two"),
    );
    check(rust, "/// Requirement: sta core\n#[test]\nfn short() {}", None);
    check(rust, "/// Requirement: sta core req/a\nstruct NoTest;", None);
    check(rust, "let text = \"Requirement: sta core req/a\";", None);
    check(
        "tests/conformance/x/a.py",
        "# Requirement: sta core req/a\ndef test_it():\n    pass",
        Some("test_it"),
    );
    check(
        "tests/conformance/x/a.mjs",
        "// Requirement: wcag a 1.1.1\ntest('says it', () => {})",
        Some("says it"),
    );
    check("tests/other.rs", "// Requirement: sta core req/a\nfn elsewhere() {}", None);
}

#[test]
fn the_page_lists_each_requirement_once() {
    let text = "/// Requirement: sta core req/a\n#[test]\nfn one() {}\n/// Requirement: sta core req/a\n#[test]\nfn two() {}";
    let (rows, _) = scan(&house("tests/conformance/sta/core.rs", text));
    let page = page(&rows);
    assert!(page.contains("Requirements with a test: 1."), "{page}");
    assert!(page.contains("| core | `req/a` | [one](../tests/conformance/sta/core.rs), [two]"), "{page}");
}
