use super::*;

#[test]
fn words_and_codes_come_back() {
    for mode in Mode::ALL {
        assert_eq!(Mode::from_word(mode.word()), Some(mode));
        assert_eq!(Mode::from_code(mode.code()), Some(mode));
    }
    assert_eq!(Mode::from_word("LIVE"), None);
    assert_eq!(Mode::from_code(9), None);
}
