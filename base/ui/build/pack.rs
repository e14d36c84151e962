//! From files to a table: a name that holds the hash of the content, two compressed forms, the import map, the hashes
//! of what is inline.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

/// A file to serve.
pub struct Source {
    name: String,
    /// The name that modules import it by.
    bare: Option<String>,
    bytes: Vec<u8>,
}

impl Source {
    pub fn new(name: &str, bare: Option<String>, bytes: Vec<u8>) -> Source {
        Source { name: name.into(), bare, bytes }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn policy_hash(script: &str) -> String {
    format!(
        "'sha256-{}'",
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script.as_bytes()))
    )
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// Writes the compressed files and `assets.rs` into `out`.
pub fn write(out: &Path, sources: Vec<Source>, early: &str) -> Result<(), Box<dyn Error>> {
    let packed = out.join("packed");
    fs::create_dir_all(&packed)?;
    let faults: Vec<String> = std::thread::scope(|scope| {
        let tasks: Vec<_> =
            sources.iter().map(|source| scope.spawn(|| compress(&packed, &source.bytes))).collect();
        tasks
            .into_iter()
            .filter_map(|task| match task.join() {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(fault.to_string()),
                Err(_) => Some("a compression thread stopped".into()),
            })
            .collect()
    });
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }

    let mut table = String::from("pub static ASSETS: &[Asset] = &[\n");
    let mut imports = Vec::new();
    for source in &sources {
        let hash = hex(&source.bytes);
        let (stem, ending) = source.name.rsplit_once('.').ok_or("an asset without an ending")?;
        // 12 hex digits are 48 bits: enough that two versions of one file never share an address.
        let path = format!("/assets/{stem}.{}.{ending}", &hash[..12]);
        let file = |kind: &str| format!("include_bytes!({:?})", packed.join(format!("{hash}.{kind}")));
        writeln!(
            table,
            "    Asset {{ name: {:?}, path: {path:?}, content_type: {:?}, identity: {}, brotli: {}, gzip: {} }},",
            source.name,
            content_type(&source.name),
            file("raw"),
            file("br"),
            file("gz"),
        )?;
        if let Some(bare) = &source.bare {
            imports.push(format!("{bare:?}:{path:?}"));
        }
    }
    table.push_str("];\n");
    let import_map = format!("{{\"imports\":{{{}}}}}", imports.join(","));
    writeln!(table, "pub const IMPORT_MAP: &str = {import_map:?};")?;
    writeln!(table, "pub const EARLY_SCRIPT: &str = {early:?};")?;
    let hashes = format!("{} {}", policy_hash(&import_map), policy_hash(early));
    writeln!(table, "pub const INLINE_HASHES: &str = {hashes:?};")?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// Writes `<hash>.raw`, `.br` and `.gz`, unless an earlier build left them.
fn compress(folder: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let hash = hex(bytes);
    let (raw, br, gz) = (
        folder.join(format!("{hash}.raw")),
        folder.join(format!("{hash}.br")),
        folder.join(format!("{hash}.gz")),
    );
    // Written last, so its presence says that the other two are whole.
    if raw.exists() {
        return Ok(());
    }
    let mut small = Vec::new();
    // The largest window (16 MB) that every browser accepts, and the slowest search: this runs once.
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut small, &parameters)?;
    fs::write(br, small)?;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    fs::write(gz, encoder.finish()?)?;
    fs::write(raw, bytes)
}
