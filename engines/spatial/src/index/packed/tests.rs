use super::*;

#[test]
fn the_curve_goes_from_cell_to_neighbouring_cell() {
    let all = Bounds::new([0.0, 0.0, 8.0, 8.0]).unwrap();
    let middle = |x: i32, y: i32| {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        Bounds { west: x, south: y, east: x, north: y }
    };
    let mut cells: Vec<(u64, (i32, i32))> =
        (0..64).map(|at| (at % 8, at / 8)).map(|(x, y)| (along_curve(&middle(x, y), &all), (x, y))).collect();
    cells.sort_unstable();
    for pair in cells.windows(2) {
        let ((_, a), (_, b)) = (pair[0], pair[1]);
        assert_eq!((a.0 - b.0).abs() + (a.1 - b.1).abs(), 1, "{a:?} and {b:?}");
    }
}

#[test]
fn the_tree_is_as_high_as_it_must_be() {
    let of = |n: i64| {
        Packed::new(
            (0..n)
                .map(|id| (id, Bounds { west: id as f64 / 1e4, south: 0.0, east: 1.0, north: 0.0 }))
                .collect(),
        )
    };
    for (entries, levels) in [(0, 0), (1, 1), (2, 2), (16, 2), (17, 3), (256, 3), (257, 4)] {
        assert_eq!(of(entries).levels.len(), levels, "{entries}");
        assert_eq!(of(entries).iter().count(), of(entries).len());
    }
    assert!(of(0).is_empty());
}
