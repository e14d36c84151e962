use proptest::prelude::*;

use super::*;

fn ints_survive(values: &[i64]) {
    for effort in [Effort::Quick, Effort::Thorough] {
        let mut out = Vec::new();
        encode_ints(values, effort, &mut out);
        assert_eq!(decode_ints(&out, values.len()).as_deref(), Ok(values), "{effort:?}");
    }
}

fn floats_survive(values: &[f64]) {
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    for effort in [Effort::Quick, Effort::Thorough] {
        let mut out = Vec::new();
        encode_floats(values, effort, &mut out);
        let back = decode_floats(&out, values.len()).unwrap();
        assert_eq!(bits(&back), bits(values), "{effort:?}");
    }
}

#[test]
fn shapes_that_each_codec_is_for() {
    let check = |values: Vec<i64>, most_bytes: usize| {
        let mut out = Vec::new();
        encode_ints(&values, Effort::Quick, &mut out);
        assert!(out.len() <= most_bytes, "{} bytes for {} values", out.len(), values.len());
        ints_survive(&values);
    };
    check(vec![], 0);
    check(vec![7; 1000], 2);
    check((0..1000).map(|i| i / 500).collect(), 10);
    check((0..1000).map(|i| 1_700_000_000_000_000 + i * 60_000_000).collect(), 1020);
    check((0..1000).map(|i| i * i % 50).collect(), 1001);
    check(vec![i64::MIN, i64::MAX, 0, -1, i64::MIN, i64::MIN, i64::MAX], 80);
}

#[test]
fn awkward_numbers() {
    let awkward =
        [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, -5e-324, f64::MAX, f64::MIN, 0.1, 1.0 / 3.0, 9.0e15, 9.1e15];
    floats_survive(&awkward);
    awkward.iter().for_each(|v| floats_survive(&[*v]));
    floats_survive(&[f64::INFINITY, f64::NEG_INFINITY, 1.0]);
    let tenths: Vec<f64> = (0..60).map(|i| 20.0 + f64::from(i) / 10.0).collect();
    let mut out = Vec::new();
    encode_floats(&tenths, Effort::Quick, &mut out);
    assert!(out.len() <= 63, "tenths take a byte each, not {}", out.len());
}

proptest! {
    #[test]
    fn any_whole_numbers(values in prop::collection::vec(any::<i64>(), 0..400)) {
        ints_survive(&values);
    }

    #[test]
    fn any_small_steps(start in any::<i64>(), steps in prop::collection::vec(-3i64..3, 0..600)) {
        let mut at = start;
        let values: Vec<i64> = steps.iter().map(|s| { at = at.wrapping_add(*s); at }).collect();
        ints_survive(&values);
    }

    #[test]
    fn any_bits_of_a_number(values in prop::collection::vec(any::<u64>(), 0..400)) {
        // NaN has many faces; the door lets none in, and a signalling one may change where it is copied.
        let values: Vec<f64> = values.into_iter().map(f64::from_bits).filter(|v| !v.is_nan()).collect();
        floats_survive(&values);
    }

    #[test]
    fn any_decimals(values in prop::collection::vec(-1_000_000i64..1_000_000, 0..400), digits in 0i32..8) {
        let values: Vec<f64> = values.iter().map(|v| *v as f64 / 10f64.powi(digits)).collect();
        floats_survive(&values);
    }

    #[test]
    fn any_texts(values in prop::collection::vec(".{0,40}", 0..100)) {
        let mut out = Vec::new();
        encode_texts(values.iter().map(String::as_str), Effort::Quick, &mut out);
        let back = decode_texts(&out, values.len()).unwrap();
        prop_assert_eq!(back.iter().map(|t| &**t).collect::<Vec<_>>(), values);
    }

    #[test]
    fn broken_bytes_never_panic(code in 0u8..5, mut bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0usize..2000) {
        // Our own codecs; pco's bytes stand behind the block's checksum.
        if let Some(first) = bytes.first_mut() {
            *first = code;
        }
        if code < 4 {
            drop(decode_floats(&bytes, count));
        }
        drop(decode_ints(&bytes, count));
        drop(decode_texts(&bytes, count));
    }
}
