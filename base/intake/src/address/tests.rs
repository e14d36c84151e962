use super::is_public;

#[track_caller]
fn check(addresses: &[&str], expected: bool) {
    for address in addresses {
        assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
    }
}

#[test]
fn public_addresses_may_be_fetched() {
    check(
        &["8.8.8.8", "103.12.0.1", "172.32.0.1", "100.128.0.1", "2600::1", "2a02:26f0::1", "::ffff:8.8.8.8"],
        true,
    );
}

#[test]
fn addresses_behind_walls_may_not() {
    check(
        &[
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
        ],
        false,
    );
    check(
        &[
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff:1::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "100::1",
        ],
        false,
    );
}
