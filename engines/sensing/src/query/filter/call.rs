//! The functions of conditions (OGC 18-088, tables 22 to 24).

use std::ops::RangeInclusive;

macro_rules! functions {
    ($($name:ident $word:literal $($other:literal)* => $arguments:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function { $($name),* }

        impl Function {
            pub fn of(word: &str) -> Option<Function> {
                match word { $($word $(| $other)* => Some(Function::$name),)* _ => None }
            }

            /// How many arguments it takes.
            pub fn arguments(self) -> RangeInclusive<usize> {
                match self { $(Function::$name => $arguments),* }
            }
        }
    };
}

functions! {
    SubstringOf "substringof" => 2..=2;
    Contains "contains" => 2..=2;
    EndsWith "endswith" => 2..=2;
    StartsWith "startswith" => 2..=2;
    Length "length" => 1..=1;
    IndexOf "indexof" => 2..=2;
    Substring "substring" => 2..=3;
    ToLower "tolower" => 1..=1;
    ToUpper "toupper" => 1..=1;
    Trim "trim" => 1..=1;
    Concat "concat" => 2..=2;
    Year "year" => 1..=1;
    Month "month" => 1..=1;
    Day "day" => 1..=1;
    Hour "hour" => 1..=1;
    Minute "minute" => 1..=1;
    Second "second" => 1..=1;
    FractionalSeconds "fractionalseconds" => 1..=1;
    Date "date" => 1..=1;
    TimeOfDay "time" => 1..=1;
    TotalOffsetMinutes "totaloffsetminutes" => 1..=1;
    Now "now" => 0..=0;
    MinDateTime "mindatetime" => 0..=0;
    MaxDateTime "maxdatetime" => 0..=0;
    Before "before" => 2..=2;
    After "after" => 2..=2;
    Meets "meets" => 2..=2;
    During "during" => 2..=2;
    Overlaps "overlaps" => 2..=2;
    Starts "starts" => 2..=2;
    Finishes "finishes" => 2..=2;
    Round "round" => 1..=1;
    Floor "floor" => 1..=1;
    Ceiling "ceiling" => 1..=1;
    GeoDistance "geo.distance" => 2..=2;
    // Ours: in metres.
    Distance "st_distance" => 2..=2;
    GeoLength "geo.length" "st_length" => 1..=1;
    Intersects "geo.intersects" "st_intersects" => 2..=2;
    Within "st_within" => 2..=2;
    Holds "st_contains" => 2..=2;
    Disjoint "st_disjoint" => 2..=2;
    Equals "st_equals" => 2..=2;
    Touches "st_touches" => 2..=2;
    Crosses "st_crosses" => 2..=2;
    ShapesOverlap "st_overlaps" => 2..=2;
    Relates "st_relate" => 3..=3;
}

impl Function {
    /// Whether its value is true or false.
    pub fn is_condition(self) -> bool {
        use Function::*;
        let all = [
            SubstringOf,
            Contains,
            EndsWith,
            StartsWith,
            Before,
            After,
            Meets,
            During,
            Overlaps,
            Starts,
            Finishes,
            Intersects,
            Within,
            Holds,
            Disjoint,
            Equals,
            Touches,
            Crosses,
            ShapesOverlap,
            Relates,
        ];
        all.contains(&self)
    }
}
