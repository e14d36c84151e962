use super::*;
use crate::samples;

#[test]
fn the_list_holds_pairs() {
    let mut seen = std::collections::BTreeMap::new();
    for (hant, hans) in pairs() {
        assert!(hant as u32 >= 0x4E00 && hans as u32 >= 0x4E00, "{hant}{hans}");
        let earlier = seen.insert(hant, hans);
        assert!(earlier.is_none_or(|e| e == hans), "{hant}: {earlier:?} {hans}");
    }
    // A simplified form that is also the traditional form of another pair would accuse every text.
    for (_, hans) in pairs() {
        assert!(!seen.contains_key(&hans), "{hans}");
    }
    assert!(seen.len() > 500, "{}", seen.len());
    assert_eq!(PAIRS.chars().count() % 2, 0);
}

#[test]
fn characters_of_the_other_script() {
    let check = |tag: &str, text: &str, found: &str| {
        let wrong: String = wrong_characters(&samples::lang(tag), text)
            .iter()
            .map(|f| match f {
                Foreign::Character { found, .. } => *found,
                Foreign::Word { .. } => '?',
            })
            .collect();
        assert_eq!(wrong, found, "{tag} {text}");
    };
    check("zh-Hant", "巴士站泊車的士八達通", "");
    check("zh-Hant", "巴士站停车", "车");
    check("zh-Hant", "皇后大道、千里、面前、制度、風雲", "");
    check("zh-Hans", "公共汽车站，皇后大道", "");
    check("zh-Hans", "實时数据、之後", "實後");
    check("zh-Hans", "这里的温度", "");
    check("en", "實时", "");
}

#[test]
fn words_that_are_not_used() {
    let check = |text: &str, words: &[&str], found: usize| {
        let words: Vec<String> = words.iter().map(|w| (*w).into()).collect();
        assert_eq!(forbidden_words(&samples::lang("en"), text, &words).len(), found, "{text}");
    };
    check("The Border crossing", &["border"], 1);
    check("a borderline case", &["border"], 0);
    check("停車場的視頻", &["視頻"], 1);
    check("nothing here", &["視頻", ""], 0);
}

/// Our own texts are written in the script that their file names.
#[test]
fn our_own_messages_keep_to_their_script() {
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    for tag in ["zh-Hant", "zh-Hans"] {
        let read = |path: String| std::fs::read_to_string(home.join(path)).expect("ours");
        let text = read(format!("{tag}.ftl")) + &read(format!("design/{tag}.ftl"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(wrong_characters(&samples::lang(tag), line), []);
        }
    }
}
