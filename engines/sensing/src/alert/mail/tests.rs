use super::*;

#[test]
fn a_message_holds_to_the_form() {
    let to = ["one@a.example".to_string(), "two@a.example".to_string()];
    let head =
        Head { from: "alerts@city.example", to: &to, at: Time(1_795_000_000_000_000), name: "01ABC.1" };
    let text = Text {
        subject: "[香港] 警示：空氣健康風險甚高，請留意各區監測站的讀數\r\nBcc: x@y".into(),
        body: ".\n警示\n".repeat(40),
    };
    let message = message(&head, &text);
    let (headers, body) = message.split_once("\n\n").unwrap();
    assert!(headers.contains("Date: Wed, 18 Nov 2026 11:06:40 +0000\n"), "{headers}");
    assert!(headers.contains("Message-ID: <01ABC.1@city.example>\n"));
    assert!(!headers.contains("\nBcc"), "{headers}");
    assert!(message.is_ascii() && message.lines().all(|line| line.len() <= 78), "{message}");
    let packed: String = body.lines().collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
    assert_eq!(String::from_utf8(decoded).unwrap(), ".\r\n警示\r\n".repeat(40));
}

#[test]
fn plain_subjects_stay_plain() {
    assert_eq!(encoded("Over: the air"), "Over: the air");
    assert_eq!(encoded("雨"), "=?utf-8?B?6Zuo?=");
}
