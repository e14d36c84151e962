use super::*;
use crate::samples;

#[test]
fn our_own_words_are_complete() {
    let words = samples::words();
    assert_eq!(words.langs().count(), 3);
    assert!(words.has("skip-link"));
}

#[test]
fn what_is_wrong_is_said() {
    let check = |edit: fn(Messages) -> Messages, wrong: &str| {
        let faults = edit(Messages::new()).finish(&samples::langs()).expect_err("a fault");
        let said: Vec<String> = faults.iter().map(Fault::to_string).collect();
        assert!(said.iter().any(|fault| fault.contains(wrong)), "{wrong}: {said:#?}");
    };
    check(|m| m.add("en", "only-here = x\n"), "zh-Hant: message \"only-here\" is missing; en has it");
    check(|m| m.add("en", "skip-link = again\n"), "en: message \"skip-link\" is defined twice");
    check(|m| m.add("en", "one = ok\nbroken = { $n ->\n"), "en: line");
    check(
        |m| m.add("en", "n = { $n }\n").add("zh-Hant", "n = { $m }\n").add("zh-Hans", "n = { $n }\n"),
        "zh-Hant: message \"n\" uses the variables [m], en uses [n]",
    );
    let portuguese = Messages::new().finish(&[samples::lang("en"), samples::lang("pt")]).expect_err("none");
    assert_eq!(portuguese, [Fault::NoSuchLanguage("pt".into())]);
}

#[test]
fn a_pack_may_change_a_word_and_add_a_language() {
    let own: String = OWN.iter().filter(|(lang, _)| *lang == "en").map(|(_, ftl)| *ftl).collect();
    let offered = [samples::lang("en"), samples::lang("pt")];
    let words = Messages::new()
        .amend("pt", &own)
        .amend("pt", "number-group = .\nnumber-decimal = {\",\"}\nskip-link = Ir para o conteúdo\n")
        .amend("en", "skip-link = Go on\n")
        .finish(&offered)
        .expect("complete");
    assert_eq!(words.t(&offered[0], "skip-link", &[]), "Go on");
    assert_eq!(words.t(&offered[1], "skip-link", &[]), "Ir para o conteúdo");
    assert_eq!(words.t(&offered[1], "age-days", &[("n", 1234_i64.into())]), "1.234 days ago");
}

#[test]
fn plurals_and_missing_keys() {
    let words = samples::words();
    let check = |tag: &str, n: i64, said: &str| {
        assert_eq!(words.t(&samples::lang(tag), "age-minutes", &[("n", n.into())]), said);
    };
    check("en", 1, "1 minute ago");
    check("en", 1200, "1,200 minutes ago");
    check("zh-Hans", 1, "1分钟前");
    assert_eq!(words.t(&samples::lang("en"), "no-such", &[]), "⟦no-such⟧");
    assert_eq!(words.t(&samples::lang("fr"), "skip-link", &[]), "⟦skip-link⟧");
}

/// Every literal key in this crate's sources and templates exists.
#[test]
fn keys_that_are_asked_for_exist() {
    let words = samples::words();
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "templates"] {
        for entry in std::fs::read_dir(home.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                for key in keys_in(&std::fs::read_to_string(&path).expect("text")) {
                    assert!(words.has(&key), "{}: {key}", path.display());
                }
            }
        }
    }
}
