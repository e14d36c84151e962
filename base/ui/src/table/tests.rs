use super::*;
use crate::samples;

#[test]
fn a_table_keeps_its_meaning_when_it_is_narrow() {
    let (words, lang, zone) = (samples::words(), samples::lang("en"), samples::zone());
    let r = Reader::new(&words, &lang, &zone);
    let mut table = Table::new("Lanes <1>", vec![Column::words("Lane"), Column::number("Speed")]);
    table.row([Markup::text("A & B"), number(1234.5, 1, &r)]);
    table.total = Some(2000);
    let html = table.html(&r).to_string();
    for part in [
        "aria-label=\"Lanes &#60;1&#62;\"",
        "1 of 2,000 shown",
        "<th role=\"rowheader\" scope=\"row\">A &amp; B</th>",
        "<td role=\"cell\" data-label=\"Speed\" class=\"number\"><data value=\"1234.5\">1,234.5</data></td>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(Table::new("Empty", vec![]).html(&r).as_str().contains("Nothing to show"));
}
