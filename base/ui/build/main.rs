//! Brings the browser libraries, names every asset after its content, compresses it once, and writes the table that
//! `ui::asset` reads. Nothing is downloaded again, and nothing compressed again, while the inputs stay the same.

mod npm;
mod pack;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use pack::Source;

/// Our style sheets, in the order of the cascade. They travel as one file: one request, one compression window.
const STYLES: &[&str] = &["tokens", "text", "layout", "parts", "data", "map", "pages", "print"];

/// Runs before the first paint, so that a chosen theme never flashes the other one. It is inline, and the content
/// security policy names its hash.
const EARLY: &str = "document.documentElement.classList.add('js');try{var t=localStorage.getItem('theme');\
if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch(e){}";

fn main() {
    if let Err(fault) = run() {
        // A build script speaks by failing; cargo prints this under the name of the crate.
        panic!("\n\nThe assets of base/ui could not be built.\n{fault}\n");
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let home = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for input in
        ["build", "assets/package.json", "assets/package-lock.json", "assets/css", "assets/js", "assets/img"]
    {
        println!("cargo:rerun-if-changed={input}");
    }
    let libraries = npm::bring(&home.join("assets"), &out)?;
    let mut sources = vec![Source::new("causeway.css", None, styles(&home.join("assets/css"))?)];
    sources.extend(modules(&home.join("assets/js"))?);
    for picture in ["mark.svg", "icon.svg"] {
        let bytes = fs::read(home.join("assets/img").join(picture))
            .map_err(|e| format!("assets/img/{picture}: {e}"))?;
        sources.push(Source::new(picture, None, bytes));
    }
    sources.extend(npm::sources(&libraries)?);
    pack::write(&out, sources, EARLY)
}

/// One style sheet out of ours, without comments and indentation (which are for the person who reads the source).
fn styles(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut all = String::new();
    for name in STYLES {
        let path = folder.join(format!("{name}.css"));
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut rest = text.as_str();
        while let Some(start) = rest.find("/*") {
            all.push_str(&rest[..start]);
            let end = rest[start..].find("*/").ok_or_else(|| format!("{name}.css: a comment has no end"))?;
            rest = &rest[start + end + 2..];
        }
        all.push_str(rest);
        all.push('\n');
    }
    let lines: Vec<&str> = all.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Ok(lines.join("\n").into_bytes())
}

/// Our own ES modules: `js/hub.js` is imported as `causeway/hub`.
fn modules(folder: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "js"));
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let stem = path.file_stem().and_then(|s| s.to_str()).ok_or("a module without a name")?;
        let text = fs::read_to_string(&path)?;
        let bytes = lean(&text).into_bytes();
        sources.push(Source::new(&format!("{stem}.js"), Some(format!("causeway/{stem}")), bytes));
    }
    Ok(sources)
}

/// Drops whole-line comments and indentation. Nothing cleverer: a line that is inside a template literal keeps its
/// text, because our modules build elements with the DOM and hold no multi-line literals (`tests.rs` looks for them).
fn lean(text: &str) -> String {
    let mut lines = Vec::new();
    let mut comment = false;
    for line in text.lines() {
        let line = line.trim();
        if comment || line.starts_with("/*") {
            comment = !line.ends_with("*/");
            continue;
        }
        if !line.is_empty() && !line.starts_with("//") {
            lines.push(line);
        }
    }
    lines.join("\n")
}
