use super::*;

#[test]
fn codes_become_signs() {
    for (code, shown, count) in [
        ("Cel", "°C", false),
        ("km/h", "km/h", false),
        ("{space}", "", true),
        ("1", "", false),
        ("%", "%", false),
    ] {
        assert_eq!((sign(code), is_count(code)), (shown, count), "{code}");
    }
}
