use super::*;
use crate::samples;

#[test]
fn every_field_has_a_label_and_says_what_is_wrong() {
    let (words, lang, zone) = (samples::words(), samples::lang("en"), samples::zone());
    let r = Reader::new(&words, &lang, &zone);
    let choices = || vec![Choice::new("a", "First"), Choice::new("b", "Second")];
    let mut name = Field::new("name", "Name", Input::Line { kind: "text" });
    name.error = "Write a name".into();
    name.hint = "As on a letter".into();
    name.required = true;
    name.values = vec!["<b>".into()];
    let mut many = Field::new("many", "Any", Input::Many(choices()));
    many.values = vec!["b".into()];
    let fields = vec![
        name,
        many,
        Field::new("one", "One", Input::One(choices())),
        Field::new("pick", "Pick", Input::Select(choices())),
        Field::new("text", "Text", Input::Lines { rows: 4 }),
    ];
    let html = Form::new("/en/send", fields).html(&r).to_string();
    for part in [
        "<a href=\"#name\">Write a name</a>",
        "aria-describedby=\"name-hint name-error\" aria-invalid=\"true\" required",
        "value=\"&#60;b&#62;\"",
        "type=\"checkbox\" name=\"many\" value=\"b\" checked",
        "type=\"radio\" name=\"one\" value=\"a\">",
        "<label for=\"pick\">Pick <span",
        "<textarea id=\"text\" name=\"text\" rows=\"4\"></textarea>",
        "method=\"post\"",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
}
