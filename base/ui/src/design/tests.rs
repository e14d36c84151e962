use super::*;
use crate::samples;

#[test]
fn the_page_shows_every_part_in_every_language() {
    let (site, words) = (samples::site(), samples::words());
    let now = Time::parse("2026-11-24T09:05:00Z").expect("a time");
    for lang in samples::langs() {
        let html = page(&site, site.reader(&words, &lang), now).render();
        for part in [
            "class=\"tiles\"",
            "<time-chart",
            "class=\"mode-line\"",
            "role=\"table\"",
            "<city-map",
            "class=\"form\"",
        ] {
            assert!(html.contains(part), "{lang} {part}");
        }
        assert!(!html.contains('⟦'), "{lang}");
        assert!(!html.contains("style=\""), "{lang}");
        let text: String = html.split('>').filter_map(|piece| piece.split('<').next()).collect();
        // The names of the languages are written in their own script on every page.
        let text = text.replace("繁體", "").replace("简体", "");
        assert_eq!(crate::script::wrong_characters(&lang, &text), [], "{lang}");
    }
}

/// Writes the design page in three languages to `CAUSEWAY_PAGES`, to be looked at.
#[test]
fn pages_to_look_at() {
    let Ok(folder) = std::env::var("CAUSEWAY_PAGES") else { return };
    let (site, words) = (samples::site(), samples::words());
    let now = Time::parse("2026-11-24T09:05:00Z").expect("a time");
    for lang in samples::langs() {
        let html = page(&site, site.reader(&words, &lang), now).render();
        std::fs::write(format!("{folder}/design.{}.html", lang.slug()), html).expect("a page");
    }
    for asset in crate::asset::ASSETS {
        let path = format!("{folder}{}", asset.path);
        std::fs::create_dir_all(format!("{folder}/assets")).expect("a folder");
        std::fs::write(path, asset.identity).expect("an asset");
    }
    std::fs::write(format!("{folder}/policy.txt"), crate::headers::content_security_policy())
        .expect("the policy");
}
