use proptest::prelude::*;
use vocab::Position;

use super::*;

fn metres((a, b): (f64, f64), (c, d): (f64, f64)) -> f64 {
    Position::new(a, b).unwrap().distance_metres(Position::new(c, d).unwrap())
}

/// (code, easting, northing, longitude, latitude, metres they may differ).
const POINTS: &[(u32, f64, f64, f64, f64, f64)] = &[
    // The origin of ETRS89 / Portugal TM06 by its definition: 39°40'05.73" N, 8°07'59.19" W.
    (3763, 0.0, 0.0, -8.133_108_333_333, 39.668_258_333_333, 0.001),
    // PROJ 9.5.
    (3763, -120_000.0, -15_000.0, -9.528_708_612_72, 39.524_777_795_223, 0.001),
    (3763, 30_000.0, 160_000.0, -7.775_952_771_687, 41.108_599_421_115, 0.001),
    // Ordnance Survey, A Guide to Coordinate Systems in Great Britain, annexe C (Caister water tower), with the
    // seven parameters of its section 6.6: 52°39'28.72" N, 1°42'57.79" E.
    (27700, 651_409.903, 313_177.270, 1.716_053, 52.657_979, 0.2),
    (27700, 400_000.0, 400_000.0, -2.001_468_783_395, 53.496_701_728_689, 0.01),
    (3857, 1_000_000.0, 6_000_000.0, 8.983_152_841_195, 47.353_704_702_433, 0.001),
    (4326, 8.5, 47.25, 8.5, 47.25, 0.001),
];

#[test]
fn published_points_come_out() {
    let projections = Projections::of([]);
    for &(epsg, easting, northing, longitude, latitude, most) in POINTS {
        let found = projections.degrees(epsg, easting, northing).unwrap();
        let off = metres(found, (longitude, latitude));
        assert!(off <= most, "EPSG:{epsg} {easting} {northing}: {found:?} is {off} m off");
        let (x, y) = projections.grid(epsg, found.0, found.1).unwrap();
        let (dx, dy) = (x - easting, y - northing);
        let off = if epsg == 4326 { metres((x, y), (easting, northing)) } else { dx.hypot(dy) };
        assert!(off < 0.005, "EPSG:{epsg} {easting} {northing} comes back as {x} {y}");
    }
}

#[test]
fn what_is_not_known_is_nothing() {
    let projections = Projections::of([(70_000, Some("+proj=nonsense".into())), (70_001, None)]);
    let cases = [
        (70_000, 1.0, 1.0),
        (70_001, 1.0, 1.0),
        (1, 1.0, 1.0),
        (3763, f64::NAN, 0.0),
        (3763, 0.0, f64::INFINITY),
        (4326, 181.0, 0.0),
        (4326, 0.0, 90.5),
    ];
    for (epsg, x, y) in cases {
        assert_eq!(projections.degrees(epsg, x, y), None, "EPSG:{epsg} {x} {y}");
        assert_eq!(projections.grid(epsg, f64::NAN, y), None, "EPSG:{epsg}");
    }
    assert!(!projections.knows(70_000) && projections.knows(27700));
}

#[test]
fn the_packs_own_definition_goes_first() {
    let own = "+proj=tmerc +lat_0=39.66825833333333 +lon_0=-8.133108333333334 +k=1 +x_0=500 +y_0=0 +ellps=GRS80 +units=m";
    let projections = Projections::of([(3763, Some(own.into()))]);
    let found = projections.degrees(3763, 500.0, 0.0).unwrap();
    assert!(metres(found, (-8.133_108_333_333, 39.668_258_333_333)) < 0.001);
    let shared = projections.shared();
    assert_eq!(shared(3763, 500.0, 0.0), Some(found));
}

#[test]
fn recorded_pairs_agree_with_proj() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/hk1980-coordinates/pairs.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        return eprintln!(
            "recorded_pairs_agree_with_proj: skipped, there are no recordings beside the checkout"
        );
    };
    let projections = Projections::of([]);
    let mut judged = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse::<f64>().unwrap();
        // Published pairs that PROJ itself finds far apart were moved in one list only.
        let off_in_proj = number(7);
        if off_in_proj >= 2.0 {
            continue;
        }
        let found = projections.degrees(2326, number(2), number(3)).unwrap();
        let off = metres(found, (number(5), number(4)));
        // PROJ's own difference is given to the millimetre.
        assert!((off - off_in_proj).abs() < 0.01, "{line}: {off} m off");
        let (x, y) = projections.grid(2326, found.0, found.1).unwrap();
        assert!((x - number(2)).hypot(y - number(3)) < 0.002, "{line}: comes back as {x} {y}");
        judged += 1;
    }
    assert!(judged > 5000, "only {judged} pairs were judged");
}

proptest! {
    #[test]
    fn there_and_back_is_the_same(x in -150_000.0..150_000.0, y in -250_000.0..250_000.0) {
        let projections = Projections::of([]);
        let (longitude, latitude) = projections.degrees(3763, x, y).unwrap();
        let (x2, y2) = projections.grid(3763, longitude, latitude).unwrap();
        prop_assert!((x - x2).hypot(y - y2) < 0.001, "{} {} came back as {} {}", x, y, x2, y2);
    }

    #[test]
    fn no_number_panics(epsg in 0u32..70_000, x in any::<f64>(), y in any::<f64>()) {
        let projections = Projections::of([]);
        if let Some((longitude, latitude)) = projections.degrees(epsg, x, y) {
            prop_assert!(Position::new(longitude, latitude).is_ok());
        }
    }
}
