//! A city that tests need and nobody lives in.

use host::pack::{Finding, Pack};

/// A pack of two languages, English and Portuguese, with these files beside its `city.toml`.
pub fn pack(files: &[(&str, &str)]) -> Pack {
    let city = "schema = 1\nid = \"x\"\nname = { en = \"X\", pt = \"X\" }\ntime_zone = \"UTC\"\ncurrency = \"EUR\"\n\
                extent = [0.0, 0.0, 1.0, 1.0]\ngrid = { epsg = 4326 }\n\
                official_site = { title = { en = \"O\", pt = \"O\" }, url = \"https://x.example/\" }\n\
                [[languages]]\ntag = \"en\"\nhtml = \"en\"\nname = \"English\"\n\
                [[languages]]\ntag = \"pt\"\nhtml = \"pt\"\nname = \"Português\"\n";
    let all = [("city.toml", city)].into_iter().chain(files.iter().copied());
    Pack::from_files(all.map(|(path, text)| (path.to_string(), text.to_string()))).expect("a pack")
}

/// Findings as an officer reads them.
pub fn told(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}
