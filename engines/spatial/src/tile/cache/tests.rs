use proptest::prelude::*;

use super::*;

fn address(x: u32) -> Address {
    Address::new(14, x, 0).unwrap()
}

#[test]
fn what_is_asked_for_stays() {
    let mut cache = Cache::new(8 * (ENTRY_BYTES + 100));
    cache.put(address(0), 0, 100);
    for x in 1..40 {
        cache.put(address(x), x, 100);
        assert_eq!(cache.get(address(0)), Some(0), "after {x}");
    }
    assert_eq!(cache.get(address(39)), Some(39));
    assert_eq!(cache.get(address(1)), None);
    // What is larger than all the room is not kept, and drops no more than its turn.
    cache.put(address(50), 50, 1_000_000);
    assert_eq!(cache.get(address(50)), None);
}

proptest! {
    #[test]
    fn it_never_takes_more_than_its_room(puts in prop::collection::vec((0u32..30, 0usize..900, any::<bool>()), 0..200)) {
        let mut cache = Cache::new(4_000);
        for (x, bytes, is_get) in puts {
            if is_get {
                cache.get(address(x)).into_iter().for_each(|found| assert_eq!(found, x));
            } else {
                cache.put(address(x), x, bytes);
            }
            let of = |all: &HashMap<Address, (u32, usize)>| all.values().map(|(_, bytes)| bytes + ENTRY_BYTES).sum::<usize>();
            prop_assert_eq!(of(&cache.young), cache.young_bytes);
            prop_assert!(of(&cache.young) + of(&cache.old) <= 4_000);
        }
    }
}
