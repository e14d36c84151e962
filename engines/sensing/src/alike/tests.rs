use super::*;

#[test]
fn the_same_is_kept_once_and_what_nobody_uses_goes() {
    let mut alike = Alike::default();
    let first = alike.one("m/s".to_string());
    assert!(Arc::ptr_eq(&first, &alike.one("m/s".to_string())));
    (0..10 * SWEEP_AT_LEAST).for_each(|n| drop(alike.one(n.to_string())));
    assert!(alike.known.len() <= SWEEP_AT_LEAST);
    assert!(Arc::ptr_eq(&first, &alike.one("m/s".to_string())));
}
