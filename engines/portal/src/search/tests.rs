use super::*;

fn text(en: &str, hant: &str, hans: &str) -> Text {
    let pairs = [("en", en), ("zh-Hant", hant), ("zh-Hans", hans)];
    Text::new(pairs.map(|(tag, text)| (Lang::new(tag).expect("a tag"), text.to_string())))
}

fn document(kind: Kind, path: &str, title: Text, words: &[&str]) -> Document {
    let words = words.iter().map(ToString::to_string).collect();
    Document { kind, path: path.into(), title, summary: Text::default(), words, position: None }
}

fn city() -> Index {
    Index::new(vec![
        document(
            Kind::Task,
            "/park",
            text("Find a parking space", "尋找泊車位", "寻找停车位"),
            &["car park", "停車場"],
        ),
        document(
            Kind::Task,
            "/wait",
            text("Waiting at A&E", "急症室輪候", "急诊室轮候"),
            &["emergency", "hospital"],
        ),
        document(Kind::Place, "/mong-kok", text("Mong Kok", "旺角", "旺角"), &[]),
        document(Kind::Place, "/tsim-sha-tsui", text("Tsim Sha Tsui", "尖沙咀", "尖沙咀"), &["尖沙嘴"]),
        document(Kind::Area, "/sha-tin", text("Sha Tin District", "沙田區", "沙田区"), &[]),
        document(
            Kind::Initiative,
            "/sm08",
            text("Live arrivals of green minibuses", "專線小巴實時到站", "专线小巴实时到站"),
            &["SM08"],
        ),
        document(Kind::Feed, "/air", text("Air quality", "空氣質素", "空气质素"), &[]),
        document(
            Kind::Thing,
            "/park-1",
            text("Mong Kok Complex car park", "旺角綜合大樓停車場", "旺角综合大楼停车场"),
            &[],
        ),
        document(Kind::Thing, "/station", text("Sha Tin weather station", "沙田氣象站", "沙田气象站"), &[]),
    ])
}

#[test]
fn people_find_what_they_mean() {
    let city = city();
    let check = |question: &str, first: &str| {
        let found = city.find(question, 5);
        let paths: Vec<&str> = found.iter().map(|found| found.document.path.as_str()).collect();
        assert_eq!(paths.first().copied().unwrap_or("nothing"), first, "{question:?} found {paths:?}");
    };
    check("mong kok", "/mong-kok");
    check("Mongkok", "/mong-kok");
    check("MONG  KOK!", "/mong-kok");
    check("旺角", "/mong-kok");
    check("mong kok car park", "/park-1");
    check("旺角停車場", "/park-1");
    check("旺角停车场", "/park-1");
    // Slips of the hand, and the first letters only.
    check("air qualty", "/air");
    check("minibusses", "/sm08");
    check("arivals", "/sm08");
    check("tsim sha tsiu", "/tsim-sha-tsui");
    check("parking", "/park");
    check("hosp", "/wait");
    check("a&e", "/wait");
    check("急诊", "/wait");
    check("急症室", "/wait");
    // One script finds the other, and another way of writing.
    check("专线小巴", "/sm08");
    check("尖沙嘴", "/tsim-sha-tsui");
    check("空气", "/air");
    check("空氣質素指數", "/air");
    check("sm08", "/sm08");
    check("where is the sha tin district", "/sha-tin");
    // Both languages in one question.
    check("沙田 weather", "/station");
    // Wide letters, as a Chinese keyboard gives them.
    check("ＳＭ０８", "/sm08");
    check("zzzzqqq", "nothing");
    check("", "nothing");
    check("   ?!.", "nothing");
    check("sm09", "nothing");
}

#[test]
fn hostile_text_finds_nothing_and_harms_nothing() {
    let city = city();
    for question in [
        "' OR 1=1 --".to_string(),
        "<script>alert(1)</script>".into(),
        "\u{0}\u{202e}\u{feff}".into(),
        "a".repeat(100_000),
        "旺".repeat(100_000),
        "% _ * ? [ ] ( ) \\".into(),
        "🚌🚌🚌".into(),
    ] {
        let found = city.find(&question, 50);
        assert!(found.len() <= city.len(), "{question:.20}");
    }
}

#[test]
fn slips_are_counted() {
    let check = |a: &str, b: &str, most: usize, slips: Option<usize>| {
        let letters: Vec<char> = a.chars().collect();
        assert_eq!(distance(&letters, b, most), slips, "{a} {b}");
    };
    check("parking", "parking", 2, None);
    check("parkign", "parking", 2, Some(1));
    check("prking", "parking", 2, Some(1));
    check("parkking", "parking", 2, Some(1));
    check("pakign", "parking", 2, Some(2));
    check("banking", "parking", 2, None);
    check("parking", "park", 2, None);
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let (one, other) = (city(), city());
    for question in ["sha tin", "停車", "car park mong"] {
        let paths = |index: &Index| -> Vec<String> {
            index.find(question, 9).iter().map(|found| found.document.path.clone()).collect()
        };
        assert_eq!(paths(&one), paths(&other), "{question}");
    }
}
