use std::collections::HashMap;

use proptest::prelude::*;
use vocab::{Slug, Text};

use super::*;
use crate::geometry::tests::{at, square};
use crate::geometry::{Geometry, Ring};

fn area(rings: Vec<Ring>) -> Shape {
    let geometry = Geometry::Polygon(rings);
    let bounds = geometry.bounds().unwrap();
    Shape { slug: Slug::new("a").unwrap(), name: Text::default(), geometry, bounds, rank: None, kind: None }
}

#[test]
fn a_shared_side_is_drawn_once() {
    let two = [area(vec![square(0.0, 0.0, 1.0)]), area(vec![square(1.0, 0.0, 1.0)])];
    let found = lines(&two);
    // The first whole; of the second what is left of its ring, cut at the side they share.
    assert_eq!(found[0], square(0.0, 0.0, 1.0));
    assert_eq!(found[1..], [vec![at(1.0, 0.0), at(2.0, 0.0), at(2.0, 1.0), at(1.0, 1.0)]]);
    assert_eq!(lines(&[two[0].clone(), two[0].clone()]).len(), 1);
}

proptest! {
    #[test]
    fn every_edge_is_drawn_and_none_twice(cells in prop::collection::vec((0u8..5, 0u8..5), 1..12)) {
        let areas: Vec<Shape> =
            cells.iter().map(|(x, y)| area(vec![square(f64::from(*x), f64::from(*y), 1.0)])).collect();
        let mut drawn: HashMap<_, usize> = HashMap::new();
        for line in lines(&areas) {
            line.windows(2).for_each(|edge| *drawn.entry(key(edge[0], edge[1])).or_default() += 1);
        }
        prop_assert!(drawn.values().all(|times| *times == 1));
        for (x, y) in cells {
            for edge in square(f64::from(x), f64::from(y), 1.0).windows(2) {
                prop_assert!(drawn.contains_key(&key(edge[0], edge[1])));
            }
        }
    }
}
