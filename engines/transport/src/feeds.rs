//! Feeds as they lie on disk: a folder of tables, or a zip of them.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::gtfs::{Refused, Tables};

/// A table beyond this is no timetable of a city but an attack: unpacked, the largest known is a tenth of it.
const TABLE_BYTES_MAX: u64 = 16 << 30;

/// A GTFS feed.
pub enum Source {
    Folder(PathBuf),
    Zip(PathBuf, ZipArchive<BufReader<File>>),
}

impl Source {
    pub fn open(path: &Path) -> Result<Source, Refused> {
        let refused = |e: String| Refused::Unreadable(path.display().to_string(), e);
        if path.is_dir() {
            return Ok(Source::Folder(path.to_path_buf()));
        }
        let file = File::open(path).map_err(|e| refused(e.to_string()))?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|e| refused(e.to_string()))?;
        Ok(Source::Zip(path.to_path_buf(), archive))
    }
}

impl Tables for Source {
    /// Some feeds lie in a folder inside their zip.
    fn table(&mut self, name: &'static str) -> Result<Option<Box<dyn Read + '_>>, Refused> {
        match self {
            Source::Folder(folder) => {
                let path = folder.join(name);
                if !path.is_file() {
                    return Ok(None);
                }
                let refused =
                    |e: std::io::Error| Refused::Unreadable(path.display().to_string(), e.to_string());
                Ok(Some(Box::new(BufReader::new(File::open(&path).map_err(refused)?.take(TABLE_BYTES_MAX)))))
            }
            Source::Zip(path, archive) => {
                let names = archive.file_names().filter_map(|inside| Some(inside.ok()?.into_owned()));
                let ends = |inside: &String| inside.rsplit('/').next() == Some(name);
                let Some(inside) = names.filter(ends).min_by_key(String::len) else { return Ok(None) };
                let refused =
                    |e: zip::result::ZipError| Refused::Unreadable(path.display().to_string(), e.to_string());
                let table = archive.by_name(&inside).map_err(refused)?;
                Ok(Some(Box::new(table.take(TABLE_BYTES_MAX))))
            }
        }
    }
}
