use super::*;

#[test]
fn slugs_are_checked() {
    let table = [
        ("air/central", true),
        ("AID01101", true),
        ("", false),
        ("/x", false),
        ("x/", false),
        ("a b", false),
        ("é", false),
        ("a/../b", false),
        ("./a", false),
        ("a/..", false),
        ("a/...", true),
        ("a.b/c..d", true),
    ];
    for (text, fits) in table {
        assert_eq!(Slug::new(text).is_ok(), fits, "{text}");
    }
    assert_eq!(Slug::from_outside("a/../b").unwrap().as_str(), "a/-/b");
    assert_eq!(Slug::from_outside(" Mong Kok (East) ").unwrap().as_str(), "Mong-Kok--East-");
}
