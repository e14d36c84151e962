use vocab::Time;

use super::*;
use crate::samples;

fn page(tag: &str, edit: impl FnOnce(&mut Page)) -> String {
    let (site, words) = (samples::site(), samples::words());
    let lang = samples::lang(tag);
    let mut page = Page::new(&site, site.reader(&words, &lang), "/feeds", "Sources <all>");
    edit(&mut page);
    page.render()
}

#[test]
fn the_first_line_and_the_footer_say_what_this_is() {
    let check = |tag: &str, line: &str, official: &str, html: &str| {
        let page = page(tag, |_| ());
        let body = page.split_once("<body").expect("a body").1;
        let (top, rest) = body.split_once("</aside>").expect("a first line");
        assert!(top.contains(line) && top.contains("https://official.example/"), "{top}");
        let foot = rest.split_once("<footer").expect("a footer").1;
        assert!(foot.contains("https://official.example/") && foot.contains(official), "{foot}");
        assert!(page.contains(&format!("<html lang=\"{html}\">")));
        assert!(!page.contains('⟦'), "{page}");
    };
    check("en", "not an official site", "City Hall Online", "en");
    check("zh-Hant", "並非官方網站", "市政網", "zh-Hant-HK");
    check("zh-Hans", "不是官方网站", "市政网", "zh-Hans-HK");
}

#[test]
fn the_mode_stands_in_the_title_and_in_a_banner() {
    let check = |tag: &str, shown: Shown, title: &str| {
        let page = page(tag, |page| page.shown = vec![shown]);
        let head = page.split_once("</title>").expect("a title").0;
        assert!(head.contains(title), "{head}");
        assert!(page.contains(&format!("class=\"mode-line\" data-mode=\"{}\"", shown.word())));
    };
    let day = Time::parse("2026-10-08T17:00:00Z").expect("a time");
    check("en", Shown { mode: Mode::Simulated, recorded: None }, "· SIMULATED ·");
    check("en", Shown { mode: Mode::Recording, recorded: Some(day) }, "· RECORDING OF 9 OCT 2026 ·");
    check("zh-Hant", Shown { mode: Mode::Recording, recorded: Some(day) }, "2026年10月9日錄得的資料");
    check("zh-Hans", Shown { mode: Mode::Live, recorded: None }, "实时");
}

#[test]
fn languages_are_plain_links_that_keep_the_page() {
    let page = page("zh-Hant", |page| page.query = "page=2".into());
    assert!(page.contains("href=\"/en/feeds?page=2\""));
    assert!(page.contains("hreflang=\"zh-Hans-HK\" href=\"/zh-hans/feeds?page=2\""));
    assert!(page.contains("href=\"/zh-hant/wrong?page=/zh-hant/feeds%3Fpage%3D2\""));
    assert!(page.contains("href=\"/zh-hant/about\""));
    assert!(page.contains("Sources &#60;all&#62;"), "{page}");
}

#[test]
fn nothing_inline_that_the_policy_would_refuse() {
    let page = page("en", |page| page.stream = Some("/live".into()));
    let policy = headers::content_security_policy();
    assert_eq!(policy.matches("'sha256-").count(), 2);
    assert!(!policy.contains("unsafe"));
    assert!(!page.contains(" style=\"") && !page.contains("<style") && !page.contains(" onclick"));
    let inline = page
        .split("<script")
        .skip(1)
        .filter(|s| !s.split('>').next().is_some_and(|tag| tag.contains("src=")));
    let bodies: Vec<&str> = inline.filter_map(|s| s.split_once('>')?.1.split("</script>").next()).collect();
    assert_eq!(bodies, [headers::early_script(), headers::import_map()]);
    assert!(page.contains("<live-control") && page.contains("data-stream=\"/live\""));
}

#[test]
fn the_visitor_of_the_front_door() {
    let site = samples::site();
    let check = |header: &str, lang: &str| {
        assert_eq!(site.negotiate(header).map(Lang::as_str), Some(lang), "{header}")
    };
    check("", "en");
    check("de,fr;q=0.8", "en");
    check("zh-HK", "zh-Hant");
    check("zh-TW,en;q=0.5", "zh-Hant");
    check("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans");
    check("zh-Hans-HK", "zh-Hans");
    check("yue", "zh-Hant");
    check("en;q=0.2, zh-Hant;q=0.9", "zh-Hant");
    check("en;q=nonsense", "en");
    check("zh-SG;q=0, en-GB", "en");
}

#[test]
fn never_one_script_for_the_other() {
    let mut site = samples::site();
    site.langs.retain(|l| l.lang.as_str() != "zh-Hans");
    assert_eq!(site.negotiate("zh-CN, fr").map(Lang::as_str), Some("en"));
}
