use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn hmac_is_that_of_rfc_4231() {
    for (key, message, expected) in [
        (
            vec![0x0b; 20],
            &b"Hi There"[..],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ] {
        assert_eq!(hex(&hmac(&key, message)), expected);
    }
}

#[test]
fn a_signature_is_of_id_time_and_body() {
    let one = sign(b"secret", "a.raised", 7, b"{}");
    assert!(one.starts_with("v1,") && one.len() == 47);
    assert_ne!(one, sign(b"secret", "a.raised", 8, b"{}"));
    assert_ne!(one, sign(b"secret", "b.raised", 7, b"{}"));
}
