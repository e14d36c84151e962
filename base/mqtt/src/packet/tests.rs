use proptest::prelude::*;

use super::*;

#[test]
fn a_frame_is_measured_before_anything_is_kept_for_it() {
    for (bytes, expected) in [
        (&[0xc0][..], Ok(None)),
        (&[0xc0, 0], Ok(Some(2))),
        (&[0x30, 3, 0, 1, b'a'], Ok(Some(5))),
        (&[0x30, 3, 0, 1], Ok(None)),
        (&[0x30, 0x80], Ok(None)),
        (&[0x30, 0xff, 0xff, 0xff, 0x7f], Err(Reason::PacketTooLarge)),
        (&[0x30, 0xff, 0xff], Err(Reason::PacketTooLarge)),
        (&[0x30, 0x80, 0x80, 0x80, 0x80], Err(Reason::MalformedPacket)),
    ] {
        assert_eq!(frame(bytes, 1_000), expected, "{bytes:?}");
    }
}

#[track_caller]
fn greeting(bytes: &[u8]) -> Result<Connect, Reason> {
    read::connect(BytesMut::from(bytes)).map(|(_, connect)| connect).map_err(|(_, reason)| reason)
}

#[test]
fn greetings() {
    let three = greeting(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a").expect("3.1.1");
    assert_eq!(
        (three.version, three.clean, three.client.to_string()),
        (Version::Three, true, "a".to_string())
    );
    let five = greeting(b"\x10\x0d\x00\x04MQTT\x05\x00\x00\x00\x00\x00\x00").expect("5 without a name");
    assert_eq!((five.version, five.keep_alive_seconds, five.client.len()), (Version::Five, 0, 0));
    for (bytes, reason) in [
        (&b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x3c\x00\x00"[..], Reason::ClientIdentifierNotValid),
        (b"\x10\x0d\x00\x04MQTT\x07\x02\x00\x3c\x00\x01a", Reason::UnsupportedProtocolVersion),
        (b"\x10\x0b\x00\x02hj\x04\x02\x00\x3c\x00\x01a", Reason::UnsupportedProtocolVersion),
        (b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x3c\x00\x01a", Reason::MalformedPacket),
        (b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01\xff", Reason::MalformedPacket),
        (b"\x10\x02\x00\x04", Reason::UnsupportedProtocolVersion),
        (b"\x30\x03\x00\x01a", Reason::ProtocolError),
    ] {
        assert_eq!(greeting(bytes).map(drop), Err(reason), "{bytes:?}");
    }
}

proptest! {
    /// Whatever comes, it is a packet or a reason; nothing panics through.
    #[test]
    fn any_bytes_are_read_or_refused(first in any::<u8>(), body in prop::collection::vec(any::<u8>(), 0..80), five in any::<bool>()) {
        let mut bytes = BytesMut::from(&[first, body.len() as u8][..]);
        bytes.extend_from_slice(&body);
        drop(read::connect(bytes.clone()));
        let mut codec = Codec::new(if five { Version::Five } else { Version::Three });
        drop(codec.read(&mut bytes));
    }
}
