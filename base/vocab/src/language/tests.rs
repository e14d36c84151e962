use super::*;

fn lang(tag: &str) -> Lang {
    Lang::new(tag).unwrap()
}

#[test]
fn a_tag_is_checked_and_makes_an_address() {
    for (tag, fits) in [("en", true), ("zh-Hant", true), ("EN", false), ("e", false), ("zh_Hant", false)] {
        assert_eq!(Lang::new(tag).is_ok(), fits, "{tag}");
    }
    assert_eq!(lang("zh-Hant").slug(), "zh-hant");
    assert_eq!(lang("zh-Hant").script(), Some("Hant"));
    assert_eq!(lang("pt-BR").script(), None);
}

#[test]
fn one_script_never_stands_for_the_other() {
    let text = Text::single(lang("zh-Hant"), "巴士");
    assert_eq!(text.get(&lang("zh-Hans")), None);
    assert_eq!(text.best(&lang("zh-Hans")), Some((&lang("zh-Hant"), "巴士")));
    assert_eq!(text.missing(&[lang("en"), lang("zh-Hant")]), vec![&lang("en")]);
}
