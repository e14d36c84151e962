use super::*;

#[test]
fn qualities_come_back() {
    for quality in Quality::ALL {
        assert_eq!(Quality::from_word(quality.word()), Some(quality));
        assert_eq!(Quality::from_code(quality.code()), Some(quality));
        assert!(quality.code() < 8, "three bits");
    }
}

#[test]
fn numbers_read_as_people_write_them() {
    for (value, json) in [(Value::Number(3.0), "3"), (Value::Number(3.5), "3.5"), (Value::Missing, "null")] {
        assert_eq!(value.to_json().to_string(), json);
    }
}
