use super::*;
use crate::samples::{pack, told};

#[test]
fn one_figure_comes_of_many_values() {
    let check = |show: Show, values: &[f64], expected: Option<(f64, Option<usize>)>| {
        assert_eq!(show.figure(values), expected, "{show:?} of {values:?}");
    };
    check(Show::Sum, &[], None);
    check(Show::Sum, &[3.0, 4.0], Some((7.0, None)));
    check(Show::Mean, &[3.0, 4.0], Some((3.5, None)));
    check(Show::Median, &[9.0, 1.0, 5.0], Some((5.0, None)));
    check(Show::Median, &[9.0, 1.0, 5.0, 7.0], Some((6.0, None)));
    check(Show::Least, &[9.0, 1.0, 5.0], Some((1.0, Some(1))));
    // Of equal ones the first.
    check(Show::Greatest, &[5.0, 9.0, 9.0], Some((9.0, Some(1))));
}

#[test]
fn levels_hold_from_their_lower_bound_to_below_their_upper() {
    let level = |below: Option<f64>, from: Option<f64>| Level {
        below,
        from,
        is: None,
        state: Mood::Bad,
        label: Text::default(),
    };
    for (below, from, figure, holds) in [
        (Some(25.0), None, 24.9, true),
        (Some(25.0), None, 25.0, false),
        (None, Some(7.0), 7.0, true),
        (None, Some(7.0), 6.9, false),
        (Some(7.0), Some(4.0), 4.0, true),
        (Some(7.0), Some(4.0), 7.0, false),
        (None, None, 0.0, true),
    ] {
        assert_eq!(level(below, from).holds(figure), holds, "{below:?} {from:?} {figure}");
    }
}

fn dashboard(text: &str) -> Result<Dashboard, Vec<String>> {
    Dashboard::of(&pack(&[("feeds/parks.toml", ""), (FILE, text)])).map_err(told)
}

const GOOD: &str = "schema = 1\n[[tile]]\nid = \"spaces\"\ntitle = { en = \"Spaces\", pt = \"Lugares\" }\n\
                    means = { en = \"Free.\", pt = \"Livres.\" }\nfeed = \"parks\"\ndatastreams = [\"vacancy\"]\nshow = \"sum\"\n";

#[test]
fn a_mistake_is_named_with_its_line() {
    assert_eq!(dashboard(GOOD).map(|d| d.tiles.len()), Ok(1));
    for (from, to, expected) in [
        ("feed = \"parks\"", "feed = \"park\"", "dashboards/home.toml:3: there is no feed park"),
        (", pt = \"Livres.\"", "", "dashboards/home.toml:3: means of the tile spaces has no text in pt"),
        ("show = \"sum\"", "show = \"total\"", "dashboards/home.toml:8: unknown variant `total`"),
        ("means =", "meens =", "dashboards/home.toml:5: unknown field `meens`"),
    ] {
        let found = dashboard(&GOOD.replace(from, to)).expect_err(to);
        assert!(found[0].starts_with(expected), "{to}: {found:?}");
    }
    let twice = format!("{GOOD}{}", &GOOD["schema = 1\n".len()..]);
    assert!(dashboard(&twice).expect_err("two of one name")[0].contains("two tiles are called spaces"));
}
