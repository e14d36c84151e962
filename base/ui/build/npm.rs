//! The browser libraries: installed from the lock file into the build's own folder, never into the source tree.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pack::{self, Source};

/// One file of a library that pages use: package, file in it, the name we serve it under, the bare name that modules
/// import it by, and a line to add so that it is a module.
struct Wanted {
    package: &'static str,
    file: &'static str,
    name: &'static str,
    bare: Option<&'static str>,
    tail: &'static str,
}

const WANTED: &[Wanted] = &[
    Wanted {
        package: "htmx.org",
        file: "dist/htmx.esm.min.js",
        name: "htmx.js",
        bare: Some("htmx.org"),
        tail: "",
    },
    Wanted {
        package: "htmx.org",
        file: "dist/ext/hx-sse.min.js",
        name: "htmx-sse.js",
        bare: Some("htmx.org/sse"),
        tail: "",
    },
    Wanted {
        package: "maplibre-gl",
        file: "dist/maplibre-gl.mjs",
        name: "maplibre-gl.js",
        bare: Some("maplibre-gl"),
        tail: "",
    },
    // A worker does not see the import map; the map element reads this address out of the document.
    Wanted {
        package: "maplibre-gl",
        file: "dist/maplibre-gl-worker.mjs",
        name: "maplibre-gl-worker.js",
        bare: Some("maplibre-gl/worker"),
        tail: "",
    },
    Wanted {
        package: "maplibre-gl",
        file: "dist/maplibre-gl.css",
        name: "maplibre-gl.css",
        bare: None,
        tail: "",
    },
    // The minified file is a plain script (20 KB compressed), the module is not minified (36 KB): one line turns the
    // first into a module.
    Wanted {
        package: "uplot",
        file: "dist/uPlot.iife.min.js",
        name: "uplot.js",
        bare: Some("uplot"),
        tail: "\nexport default uPlot;\n",
    },
    Wanted {
        package: "uplot",
        file: "dist/uPlot.min.css",
        name: "uplot.css",
        bare: Some("uplot/style"),
        tail: "",
    },
];

/// Runs `npm ci` in a copy under `out`, unless the last run there had the same lock file. Gives the folder of packages.
pub fn bring(assets: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let work = out.join("npm");
    fs::create_dir_all(&work)?;
    let lock = fs::read(assets.join("package-lock.json"))?;
    let stamp = work.join("installed");
    let wanted = pack::hex(&lock);
    let packages = work.join("node_modules");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == wanted) && packages.is_dir() {
        return Ok(packages);
    }
    for file in ["package.json", "package-lock.json"] {
        fs::copy(assets.join(file), work.join(file))?;
    }
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // No install scripts: we take finished files out of the packages and run nothing of theirs.
    let run = Command::new(program)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"])
        .current_dir(&work)
        .output();
    let output = match run {
        Ok(output) => output,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err("npm was not found. The pages use a map, a chart and a page library that come from npm at build \
                        time. Install Node 20 or newer (npm comes with it), see that `npm --version` answers in this \
                        shell, and build again. Node is not needed to run Causeway."
                .into());
        }
        Err(e) => return Err(format!("npm could not be started: {e}").into()),
    };
    if !output.status.success() {
        return Err(format!(
            "`npm ci` in {} failed ({}). It said:\n{}\nIt needs the package registry once; after that, builds work \
             without a network. A hash that differs from assets/package-lock.json is refused on purpose.",
            work.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )
        .into());
    }
    fs::write(&stamp, wanted)?;
    Ok(packages)
}

/// The files that pages use, and one text with the licence of each package they come from.
pub fn sources(packages: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut sources = Vec::new();
    for wanted in WANTED {
        let path = packages.join(wanted.package).join(wanted.file);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        // The maps of the libraries' sources are not served, so nobody should be sent to look for them.
        let body: Vec<&str> =
            text.lines().filter(|line| !line.starts_with("//# sourceMappingURL=")).collect();
        let bytes = format!("{}\n{}", body.join("\n"), wanted.tail).into_bytes();
        sources.push(Source::new(wanted.name, wanted.bare.map(String::from), bytes));
    }
    sources.push(Source::new("licences.txt", None, licences(packages)?.into_bytes()));
    Ok(sources)
}

fn licences(packages: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("Licences of the browser libraries that these pages use\n");
    for package in folders(packages)? {
        let name = package.strip_prefix(packages)?.display().to_string();
        let Some(licence) = ["LICENSE.txt", "LICENSE", "LICENSE.md", "LICENCE"]
            .iter()
            .find_map(|file| fs::read_to_string(package.join(file)).ok())
        else {
            continue;
        };
        text.push_str(&format!("\n\n{name}\n{}\n\n{}\n", "=".repeat(name.len()), licence.trim()));
    }
    Ok(text)
}

/// Package folders, scoped ones included, in order of name.
fn folders(packages: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(packages)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if name.starts_with('@') {
            for inner in fs::read_dir(&path)? {
                found.push(inner?.path());
            }
        } else if !name.starts_with('.') && path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
