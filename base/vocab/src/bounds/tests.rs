use super::*;

#[test]
fn boxes_are_read() {
    let cases: &[(&str, Result<[f64; 4], &str>)] = &[
        ("8.5,47.2,8.6,47.3", Ok([8.5, 47.2, 8.6, 47.3])),
        (" -9.6 , 39.3,-9.4,39.5", Ok([-9.6, 39.3, -9.4, 39.5])),
        ("8,47,0,9,48,500", Ok([8.0, 47.0, 9.0, 48.0])),
        ("8,47,8,47", Ok([8.0, 47.0, 8.0, 47.0])),
        ("", Err("a part is no number")),
        ("1,2,3", Err("neither four")),
        ("1,2,3,4,5", Err("neither four")),
        ("1,2,3,4,5,6,7,8,9,10", Err("a part is no number")),
        ("1,2,x,4", Err("a part is no number")),
        ("NaN,2,3,4", Err("longitudes lie")),
        ("inf,2,3,4", Err("longitudes lie")),
        ("170,2,-170,4", Err("180th meridian")),
        ("1,5,2,4", Err("south lies north")),
        ("1,2,181,4", Err("longitudes lie")),
    ];
    for (text, expected) in cases {
        match (Bounds::parse(text), expected) {
            (Ok(found), Ok(corners)) => assert_eq!(found.corners(), *corners, "{text}"),
            (Err(found), Err(why)) => assert!(found.to_string().contains(why), "{text}: {found}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}

#[test]
fn boxes_meet_at_their_edges() {
    let of = |corners| Bounds::new(corners).unwrap();
    let a = of([0.0, 0.0, 2.0, 2.0]);
    for (other, meets) in [
        ([2.0, 2.0, 3.0, 3.0], true),
        ([2.1, 0.0, 3.0, 1.0], false),
        ([0.5, 0.5, 0.6, 0.6], true),
        ([-1.0, -1.0, 9.0, 9.0], true),
        ([0.0, -2.0, 1.0, -0.1], false),
    ] {
        assert_eq!(a.meets(&of(other)), meets, "{other:?}");
        assert_eq!(of(other).meets(&a), meets, "{other:?}");
    }
    assert!(a.holds(Position::new(2.0, 0.0).unwrap()) && !a.holds(Position::new(2.0, 2.1).unwrap()));
}
