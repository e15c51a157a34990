//! Writes the seeds to files, by target: cargo run --example seeds -- FOLDER
//!
//! An example and not a program, because `cargo fuzz` takes every program for a target.

use std::path::PathBuf;
use std::{env, fs, io};

use tower_webhook_fuzz::seeds;

fn main() -> io::Result<()> {
    let root = env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other("to which folder?"))?;
    for (target, seeds) in seeds::all() {
        fs::create_dir_all(root.join(target))?;
        for (name, bytes) in seeds {
            fs::write(root.join(target).join(name), bytes)?;
        }
    }
    Ok(())
}
