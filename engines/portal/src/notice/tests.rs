use vocab::{Lang, Slug};

use super::*;

fn text(words: &[(&str, &str)]) -> Text {
    Text::new(words.iter().map(|(lang, text)| (Lang::new(*lang).expect("a tag"), text.to_string())))
}

fn draft(at: i64, title: &[(&str, &str)], state: MessageState) -> DraftMessage {
    DraftMessage {
        slug: Slug::new("warnings/rain").expect("a slug"),
        title: text(title),
        text: Text::default(),
        at: Time(at),
        until: None,
        state,
        position: None,
        properties: Map::new(),
        label: Label::Public,
    }
}

fn after(known: Option<Notice>, draft: DraftMessage) -> Notice {
    Notice::after(known, draft, ("warnings", "summary", true), Mode::Live, Time(99))
}

#[test]
fn whoever_adds_a_part_the_source_that_lists_all_keeps_it_in_its_list() {
    let draft = || draft(10, &[("en", "Rain")], MessageState::Active);
    let from = |known, source: &str, lists_all| {
        Notice::after(known, draft(), ("warnings", source, lists_all), Mode::Live, Time(99))
    };
    let listed = from(None, "summary", true);
    let translated = from(Some(listed), "summary-chinese", false);
    assert_eq!(translated.source, "summary", "else its end would never be noticed");
    let heard_early = from(None, "summary-chinese", false);
    assert_eq!(from(Some(heard_early), "summary", true).source, "summary");
}

#[test]
fn parts_of_one_notice_come_together_whatever_their_order() {
    let english = draft(10, &[("en", "Rain")], MessageState::Active);
    let chinese = draft(10, &[("zh-Hant", "雨")], MessageState::Active);
    let one = after(Some(after(None, english.clone())), chinese.clone());
    let other = after(Some(after(None, chinese)), english);
    assert_eq!(one.title, text(&[("en", "Rain"), ("zh-Hant", "雨")]));
    assert_eq!(one, other);
}

#[test]
fn an_older_word_does_not_replace_a_newer_one() {
    let over = after(None, draft(20, &[("en", "Cancelled")], MessageState::Over));
    let kept = after(Some(over), draft(10, &[("en", "Rain")], MessageState::Active));
    assert!(kept.is_over && kept.title == text(&[("en", "Cancelled")]), "{kept:?}");
}

#[test]
fn a_notice_of_another_mode_is_another_notice() {
    let live = after(None, draft(20, &[("en", "Live")], MessageState::Active));
    let recorded = Notice::after(
        Some(live),
        draft(10, &[("zh-Hant", "雨")], MessageState::Active),
        ("w", "s", true),
        Mode::Recording,
        Time(5),
    );
    assert_eq!(recorded.title, text(&[("zh-Hant", "雨")]));
}

#[test]
fn it_is_in_force_until_its_end_or_its_word() {
    let mut notice = after(None, draft(10, &[("en", "Rain")], MessageState::Active));
    assert!(notice.is_in_force(Time(1_000)));
    notice.until = Some(Time(50));
    assert!(notice.is_in_force(Time(49)) && !notice.is_in_force(Time(50)));
    notice.until = None;
    notice.is_over = true;
    assert!(!notice.is_in_force(Time(20)));
}

#[test]
fn a_warning_of_another_day_is_another_warning() {
    let first = after(None, draft(0, &[("en", "Rain"), ("zh-Hant", "雨")], MessageState::Active));
    let kept =
        |at: i64| after(Some(first.clone()), draft(at, &[("en", "Again")], MessageState::Active)).title;
    assert_eq!(kept(DAY), text(&[("en", "Again"), ("zh-Hant", "雨")]));
    assert_eq!(kept(DAY + 1), text(&[("en", "Again")]));
    // What begins again after its end is new, however soon.
    let over = after(Some(first), draft(10, &[], MessageState::Over));
    let again = after(Some(over), draft(20, &[("en", "Again")], MessageState::Active));
    assert_eq!((again.title, again.is_over), (text(&[("en", "Again")]), false));
}
