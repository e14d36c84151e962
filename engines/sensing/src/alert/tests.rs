use super::*;

#[test]
fn a_name_is_made_of_what_it_names() {
    let one = id("rule", "feed/thing/key", 1_693_526_400_000_000);
    assert!(is_id(&one) && one.starts_with("01H970M700"), "{one}");
    assert_eq!(one, id("rule", "feed/thing/key", 1_693_526_400_000_000));
    for other in [
        id("rule", "feed/thing/key", 1_693_526_400_000_001),
        id("rule2", "feed/thing/key", 1_693_526_400_000_000),
        id("rule", "feed/thing", 1_693_526_400_000_000),
    ] {
        assert_ne!(one, other);
    }
    // Those of later times come later.
    assert!(one < id("a", "b", 1_693_526_401_000_000));
}

fn alert() -> Alert {
    Alert {
        id: id("r", "s", 0),
        rule: "r".into(),
        rule_version: String::new(),
        subject: "s".into(),
        datastream: 1,
        title: Text::default(),
        mode: Mode::Live,
        label: Label::Public,
        severity: Severity::Info,
        raised: Time(0),
        found: Time(1_000_000),
        value: json!(3),
        acknowledged: None,
        cleared: None,
        is_withdrawn: false,
    }
}

#[test]
fn a_person_takes_it_in_hand_once() {
    let (now, long) = (Time(5), "x".repeat(REMARK + 1));
    assert_eq!(alert().acknowledge("  ", "", now), Err(Refused::Nobody));
    assert_eq!(alert().acknowledge("a\nb", "", now), Err(Refused::Nobody));
    assert_eq!(alert().acknowledge("Ana", &long, now), Err(Refused::TooLong));
    let taken = alert().acknowledge(" Ana ", "on my way", now).unwrap();
    assert_eq!(taken.state(), State::Acknowledged);
    assert_eq!(taken.acknowledge("Rui", "", now), Err(Refused::Twice("Ana".into())));
    let over = Alert { cleared: Some(now), ..taken };
    assert_eq!((over.state(), over.is_over()), (State::Cleared, true));
    assert_eq!(Alert { is_withdrawn: true, ..over }.state(), State::Withdrawn);
}

#[test]
fn who_took_it_in_hand_is_not_for_everybody() {
    let taken = alert().acknowledge("Ana", "secret", Time(5)).unwrap();
    let event = taken.event(What::Acknowledged, "/api/alerts");
    assert_eq!(event["type"], "sensing.alert.acknowledged.v1");
    assert_eq!(event["id"], format!("{}.acknowledged", taken.id));
    assert!(!event.to_string().contains("secret") && taken.json(true)["remark"] == "secret");
}
