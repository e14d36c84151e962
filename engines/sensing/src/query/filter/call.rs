//! The functions of conditions (OGC 18-088, tables 22 to 24).

use std::ops::RangeInclusive;

/// What a function looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Text,
    Number,
    /// Times, also where they are written as texts.
    Time,
    /// Nothing.
    Instant,
    Shape,
}

macro_rules! functions {
    ($($name:ident $word:literal $($other:literal)* => $arguments:tt..=$most:tt $family:ident $condition:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function { $($name),* }

        impl Function {
            pub fn of(word: &str) -> Option<Function> {
                match word { $($word $(| $other)* => Some(Function::$name),)* _ => None }
            }

            /// How many arguments it takes.
            pub fn arguments(self) -> RangeInclusive<usize> {
                match self { $(Function::$name => $arguments..=$most),* }
            }

            pub fn family(self) -> Family {
                match self { $(Function::$name => Family::$family),* }
            }

            /// Whether its value is true or false.
            pub fn is_condition(self) -> bool {
                match self { $(Function::$name => $condition),* }
            }
        }
    };
}

// The word, how many arguments, what it looks at, whether it is a condition.
functions! {
    SubstringOf "substringof" => 2..=2 Text true;
    Contains "contains" => 2..=2 Text true;
    EndsWith "endswith" => 2..=2 Text true;
    StartsWith "startswith" => 2..=2 Text true;
    Length "length" => 1..=1 Text false;
    IndexOf "indexof" => 2..=2 Text false;
    Substring "substring" => 2..=3 Text false;
    ToLower "tolower" => 1..=1 Text false;
    ToUpper "toupper" => 1..=1 Text false;
    Trim "trim" => 1..=1 Text false;
    Concat "concat" => 2..=2 Text false;
    Year "year" => 1..=1 Time false;
    Month "month" => 1..=1 Time false;
    Day "day" => 1..=1 Time false;
    Hour "hour" => 1..=1 Time false;
    Minute "minute" => 1..=1 Time false;
    Second "second" => 1..=1 Time false;
    FractionalSeconds "fractionalseconds" => 1..=1 Time false;
    Date "date" => 1..=1 Time false;
    TimeOfDay "time" => 1..=1 Time false;
    TotalOffsetMinutes "totaloffsetminutes" => 1..=1 Time false;
    Now "now" => 0..=0 Instant false;
    MinDateTime "mindatetime" => 0..=0 Instant false;
    MaxDateTime "maxdatetime" => 0..=0 Instant false;
    Before "before" => 2..=2 Time true;
    After "after" => 2..=2 Time true;
    Meets "meets" => 2..=2 Time true;
    During "during" => 2..=2 Time true;
    Overlaps "overlaps" => 2..=2 Time true;
    Starts "starts" => 2..=2 Time true;
    Finishes "finishes" => 2..=2 Time true;
    Round "round" => 1..=1 Number false;
    Floor "floor" => 1..=1 Number false;
    Ceiling "ceiling" => 1..=1 Number false;
    GeoDistance "geo.distance" => 2..=2 Shape false;
    // Ours: in metres.
    Distance "st_distance" => 2..=2 Shape false;
    GeoLength "geo.length" "st_length" => 1..=1 Shape false;
    Intersects "geo.intersects" "st_intersects" => 2..=2 Shape true;
    Within "st_within" => 2..=2 Shape true;
    Holds "st_contains" => 2..=2 Shape true;
    Disjoint "st_disjoint" => 2..=2 Shape true;
    Equals "st_equals" => 2..=2 Shape true;
    Touches "st_touches" => 2..=2 Shape true;
    Crosses "st_crosses" => 2..=2 Shape true;
    ShapesOverlap "st_overlaps" => 2..=2 Shape true;
    Relates "st_relate" => 3..=3 Shape true;
}
