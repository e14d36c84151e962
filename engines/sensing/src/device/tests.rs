use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Time {
    Time(seconds * SECOND)
}

fn device(text: &str) -> Device {
    let draft: DeviceDraft = serde_json::from_str(text).unwrap();
    draft.device(at(0)).unwrap()
}

const POST: &str = r#"{"device": "posts/17", "serial": "A1", "firmware": "1.0", "silence_seconds": 60}"#;

#[test]
fn a_device_goes_its_way() {
    use Command::*;
    let replace = || Replace { serial: "B2".into(), model: None };
    // What is done, what it becomes, what its history says.
    let way: Vec<(Command, Result<(State, &str), Refused>)> = vec![
        (Key("k1".into()), Ok((State::Working, "key "))),
        (Firmware("1.0".into()), Ok((State::Working, ""))),
        (Firmware("1.1".into()), Ok((State::Working, "firmware 1.1"))),
        (Find, Err(Refused::NotLost)),
        (Lose, Ok((State::Lost, "lost "))),
        (Lose, Err(Refused::Lost)),
        (Key("k2".into()), Err(Refused::NoKeyWhileLost)),
        (Find, Ok((State::Working, "found "))),
        (Lose, Ok((State::Lost, "lost "))),
        (replace(), Ok((State::Working, "replaced A1 → B2"))),
        (Key("k3".into()), Ok((State::Working, "key "))),
        (Retire, Ok((State::Retired, "retired "))),
        (replace(), Err(Refused::Retired)),
        (Key("k4".into()), Err(Refused::Retired)),
        (Listen(None), Ok((State::Retired, ""))),
    ];
    let mut now = device(POST);
    for (step, (command, expected)) in way.into_iter().enumerate() {
        let got = now.decide(command, at(10));
        let told = got.clone().map(|(next, event)| {
            (next.state, event.map(|e| format!("{} {}", e.what.word(), e.detail)).unwrap_or_default())
        });
        let expected = expected.map(|(state, said)| (state, said.to_string()));
        assert_eq!(told, expected, "step {step}");
        if let Ok((next, _)) = got {
            now = next;
        }
    }
    assert_eq!(now.slug.as_str(), "posts/17", "the post keeps its name");
}

#[test]
fn silence_is_noted_once_and_ends_once() {
    let mut post = device(POST);
    let mut said = Vec::new();
    for (now, last) in [
        (30, None),
        (61, None),
        (90, None),
        (100, Some(99)),
        (150, Some(99)),
        (160, Some(99)),
        (161, Some(161)),
    ] {
        let (next, event) = post.decide(Command::Listen(last.map(at)), at(now)).unwrap();
        said.extend(event.map(|e| (now, e.what.word())));
        post = next;
    }
    assert_eq!(said, [(61, "silent"), (100, "back"), (160, "silent"), (161, "back")]);
    let quiet = device(r#"{"device": "posts/18"}"#);
    assert_eq!(quiet.health(None, at(1_000_000)), Health::New);
    assert_eq!(quiet.health(Some(at(1)), at(1_000_000)), Health::Speaking);
}

#[test]
fn drafts_are_checked() {
    let check = |text: &str, wrong: &str| {
        let draft: Result<DeviceDraft, _> = serde_json::from_str(text);
        let found = draft.map_err(|e| e.to_string()).and_then(|d| d.device(at(0)).map_err(|e| e.to_string()));
        match (found, wrong) {
            (Ok(_), "") => {}
            (found, _) => assert!(
                found.as_ref().is_err_and(|e| e.contains(wrong) && !wrong.is_empty()),
                "{text}: {found:?}"
            ),
        }
    };
    check(POST, "");
    check(r#"{"device": "a b"}"#, "device");
    check(r#"{"device": "a", "scope": "../b"}"#, "scope");
    check(r#"{"device": "a", "scope": " "}"#, "");
    check(r#"{"device": "a", "silence_seconds": -1}"#, "silence_seconds");
    check(r#"{"device": "a", "label": "secret"}"#, "label");
    check(r#"{"device": "a", "name": "one\ntwo"}"#, "name");
    check(r#"{"device": "a", "colour": "red"}"#, "colour");
    check(r#"{}"#, "device");
}

#[test]
fn a_table_is_read_or_every_wrong_line_named() {
    let good = rows(
        "\u{feff}device,name,silence_seconds,battery\nposts/1,One,60,\nposts/2,二,,posts/2/battery\n"
            .as_bytes(),
    );
    let good = good.unwrap();
    assert_eq!(good.len(), 2);
    assert_eq!((good[1].0, good[1].1.name.as_deref(), good[1].1.silence_seconds), (3, Some("二"), None));
    assert_eq!(good[0].1.device(at(0)).unwrap().battery, None);
    let bad = rows(b"device,silence_seconds\nposts/1,soon\nposts/2,5,6\nposts/3,7\n").unwrap_err();
    assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    assert!(rows(b"device,colour\nposts/1,red\n").is_err());
    assert!(rows(b"\xff\xfe").is_ok_and(|none| none.is_empty()) || rows(b"\xff\xfe").is_err());
}

fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        "[A-C][0-9]".prop_map(|serial| Command::Replace { serial, model: None }),
        "[0-9]".prop_map(Command::Firmware),
        Just(Command::Lose),
        Just(Command::Find),
        Just(Command::Retire),
        "[a-z]{4}".prop_map(Command::Key),
        proptest::option::of(0..1_000i64).prop_map(|t| Command::Listen(t.map(at))),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in "(device|name|serial|,|\"|\r?\n|posts/1|[0-9]|é|\u{feff}|[ -~]){0,60}", tail in proptest::collection::vec(any::<u8>(), 0..20)) {
        drop(rows(&[text.as_bytes(), &tail].concat()));
    }

    /// Whatever is done with a device: its name and scope stay, a key never opens the door for hardware that is lost,
    /// replaced or retired, retired is for good, and what changed has a line in its history.
    #[test]
    fn a_device_keeps_its_promises(commands in proptest::collection::vec((any_command(), 0..2_000i64), 0..40)) {
        let first = device(POST);
        let mut now = first.clone();
        for (command, time) in commands {
            // The same again is told again.
            let is_told = matches!(command, Command::Key(_) | Command::Replace { .. });
            let Ok((next, event)) = now.decide(command, at(time)) else { continue };
            prop_assert_eq!((&next.slug, &next.scope), (&first.slug, &first.scope));
            prop_assert_eq!(event.is_some(), next != now || is_told);
            prop_assert!(next.state == State::Working || next.admitted().is_none());
            prop_assert!(next.serial == now.serial || next.admitted().is_none());
            prop_assert!(now.state != State::Retired || next == now);
            now = next;
        }
    }
}
