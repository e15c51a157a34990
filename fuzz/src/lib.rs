//! The fuzz targets of tower-webhook. Each is a function from bytes to a panic, if what the crate
//! does with them is not what its documentation says.

#![forbid(unsafe_code)]

pub mod delivery;
pub mod differential;
pub mod form;
pub mod handshake;
pub mod headers;
pub mod input;
pub mod json;
pub mod keys;
pub mod layer;
pub mod plain;
pub mod replay;
pub mod secret;
pub mod seeds;
pub mod sign_verify;
pub mod spaaza_response;
pub mod stream_vs_oneshot;
pub mod velt_response;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a target is run with.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("differential", differential::run),
    ("form", form::run),
    ("handshake", handshake::run),
    ("headers", headers::run),
    ("layer", layer::run),
    ("replay", replay::run),
    ("secret", secret::run),
    ("sign_verify", sign_verify::run),
    ("spaaza_response", spaaza_response::run),
    ("stream_vs_oneshot", stream_vs_oneshot::run),
    ("velt_response", velt_response::run),
];

/// Makes a program of a target: for libFuzzer under `cargo fuzz`, and elsewhere one that replays
/// the files and folders that are its arguments.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$name::run(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args_os().skip(1) {
                $crate::replay_path(std::path::Path::new(&path), $crate::$name::run)?;
            }
            Ok(())
        }
    };
}

/// Runs a target with a file, or with every file of a folder. Tells with how many.
pub fn replay_path(path: &Path, target: Target) -> io::Result<usize> {
    let files = if path.is_file() { vec![path.to_owned()] } else { files(path)? };
    for file in &files {
        eprintln!("{}", file.display());
        target(&fs::read(file)?);
    }
    Ok(files.len())
}

/// The files of a folder, sorted; none if there is no such folder.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = paths.collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// Everything that an error says of itself and of what caused it.
pub fn words(error: &dyn Error) -> String {
    let mut words = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        words += &format!(" {error} {error:?}");
        source = error.source();
    }
    words
}
