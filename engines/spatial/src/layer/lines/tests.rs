use super::*;

#[test]
fn features_are_found_on_their_lines() {
    let cases: &[(&str, &[usize])] = &[
        ("", &[]),
        (r#"{"type":"FeatureCollection","features":[{},{}]}"#, &[1, 1]),
        ("{\"features\": [\n{\"a\": [{}]},\n\n{}\n]}", &[2, 4]),
        // Braces and quotes within texts, other members, a member called so deeper down.
        (
            "{\"x\": [{}],\n\"features\": [\n{\"n\": \"}\\\"{\", \"features\": [{}]},\n{}],\n\"y\": [{}]}",
            &[3, 4],
        ),
        ("{\"features\" :\n\n[ {\"é\": \"]\"} ]}", &[3]),
    ];
    for (text, expected) in cases {
        assert_eq!(of_features(text), *expected, "{text}");
    }
}

#[test]
fn a_key_is_found_within_its_feature() {
    let text = "{\n\"name\": 1,\n\"rank\": 2\n},\n{\n\"rank\": 3}";
    let cases = [(1, 5, "rank", 3), (5, 99, "rank", 6), (5, 99, "name", 5), (1, 1, "rank", 1)];
    for (from, to, key, expected) in cases {
        assert_eq!(of_key(text, from, to, key), expected, "{key} from {from} to {to}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[\\[\\]{}\":,é\\\\\nfeatures]{0,80}") {
        of_features(&text);
        of_key(&text, 1, 9, &text);
    }
}
