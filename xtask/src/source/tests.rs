use super::*;

#[test]
fn comments_and_strings_are_no_code() {
    let check = |text: &str, code: &str, strings: &[&str]| {
        let source = Source::of(text);
        assert_eq!(source.code.join("\n"), code, "{text}");
        assert_eq!(source.strings.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), strings, "{text}");
    };
    check("a // b\nc", "a \nc", &[]);
    check("a /* b /* c */\n d */ e", "a \n e", &[]);
    check(r#"f("x \" // y", 'z')"#, r#"f("", '')"#, &[r#"x \" // y"#]);
    check(r###"f(r#"x " y"#, b"z")"###, r#"f("", b"")"#, &[r#"x " y"#, "z"]);
    check(r"let q = '\''; let l: &'static str", r"let q = ''; let l: &'static str", &[]);
    check("r#type r\"x\"", "r#type \"\"", &["x"]);
    check("\"two\nlines\" x", "\n\"\" x", &["two\nlines"]);
}

#[test]
fn a_use_is_written_out() {
    let check = |text: &str, paths: &[&str]| {
        assert_eq!(Source::of(text).uses().into_iter().map(|p| p.text).collect::<Vec<_>>(), paths, "{text}");
    };
    check("use a::b;", &["a::b"]);
    check("use a::{b, c::{self, d as e}};", &["a::b", "a::c", "a::c::d"]);
    check("pub use a::{\n    b,\n    c,\n};", &["a::b", "a::c"]);
}

#[test]
fn a_word_is_found_whole() {
    let check =
        |text: &str, word: &str, found: bool| assert_eq!(mentions(text, word), found, "{word} in {text}");
    check("use std::fs;", "std::fs", true);
    check("my_std::fs", "std::fs", false);
    check("Txt", "Tx", false);
    check("x.unwrap()", ".unwrap()", true);
    check("x.unwrap_or(y)", ".unwrap()", false);
}
