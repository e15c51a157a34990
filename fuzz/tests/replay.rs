//! Every seed and every input that once failed, on stable.

use std::path::Path;

use tower_webhook_fuzz::{TARGETS, files, replay_path, seeds};

#[test]
fn seeds_pass() {
    let seeds = seeds::all();
    for (name, target) in TARGETS {
        for (seed, bytes) in &seeds[name] {
            eprintln!("{name}/{seed}");
            target(bytes);
        }
    }
}

#[test]
fn regressions_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut count = 0;
    for (name, target) in TARGETS {
        count += replay_path(&root.join(name), *target).unwrap();
    }
    let folders = root.read_dir().unwrap().map(|folder| folder.unwrap().path());
    let kept: usize = folders.map(|folder| files(&folder).unwrap().len()).sum();
    assert!(kept > 0 && count == kept, "{count} of {kept} belong to a target");
}

#[test]
fn every_target_is_a_program_has_seeds_and_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = files(&root.join("fuzz_targets")).unwrap();
    let programs: Vec<_> = programs.iter().map(|path| path.file_stem().unwrap()).collect();
    let targets: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    let seeds: Vec<_> = seeds::all().into_keys().collect();
    assert_eq!(programs, targets);
    assert_eq!(seeds, targets);
}

/// Something near each seed, so that the oracles are tried a little even here.
#[test]
fn damaged_seeds_pass() {
    let seeds = seeds::all();
    for (name, target) in TARGETS {
        target(&[]);
        for seed in seeds[name].values() {
            for at in (0..seed.len()).step_by(1 + seed.len() / 25) {
                let mut damaged = seed.clone();
                damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(at as u8);
                target(&damaged);
                target(&seed[..at]);
            }
        }
    }
}
