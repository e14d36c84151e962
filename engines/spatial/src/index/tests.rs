use proptest::prelude::*;

use super::*;

fn bounds() -> impl Strategy<Value = Bounds> {
    // On a coarse raster, so that edges often fall together.
    (-90i32..90, -45i32..45, 0i32..20, 0i32..20).prop_map(|(x, y, wide, high)| Bounds {
        west: f64::from(x),
        south: f64::from(y),
        east: f64::from(x + wide),
        north: f64::from(y + high),
    })
}

#[derive(Debug, Clone)]
enum Step {
    Put(i64, Bounds),
    Remove(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0i64..900, bounds()).prop_map(|(id, bounds)| Step::Put(id, bounds)),
        1 => (0i64..900).prop_map(Step::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn it_finds_what_looking_at_each_finds(
        first in prop::collection::vec(bounds(), 0..400),
        steps in prop::collection::vec(step(), 0..1200),
        asked in prop::collection::vec(bounds(), 1..12),
    ) {
        let mut all: HashMap<i64, Bounds> = first.iter().enumerate().map(|(id, b)| (id as i64, *b)).collect();
        let mut index = Index::new(all.iter().map(|(id, bounds)| (*id, *bounds)));
        for step in steps {
            match step {
                Step::Put(id, bounds) => {
                    all.insert(id, bounds);
                    index.put(id, bounds);
                }
                Step::Remove(id) => {
                    all.remove(&id);
                    index.remove(id);
                }
            }
        }
        for asked in asked {
            let mut expected: Vec<i64> = all.iter().filter(|(_, b)| b.meets(&asked)).map(|(id, _)| *id).collect();
            expected.sort_unstable();
            prop_assert_eq!(index.within(&asked), expected);
        }
    }
}
