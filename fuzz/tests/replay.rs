//! Every seed and every input that once failed, on stable.

use std::path::Path;

use tower_webhook_fuzz::{TARGETS, files, replay_path};

#[test]
fn seeds_and_regressions_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, target) in TARGETS {
        let seeds = replay_path(&root.join("seeds").join(name), *target).unwrap();
        assert!(seeds > 0, "{name} has no seeds");
        replay_path(&root.join("regressions").join(name), *target).unwrap();
    }
}

#[test]
fn every_target_is_a_program_and_every_program_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = files(&root.join("fuzz_targets")).unwrap();
    let programs: Vec<_> = programs.iter().map(|path| path.file_stem().unwrap()).collect();
    let targets: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(programs, targets);
}

/// Something near each seed, so that the oracles are tried a little even here.
#[test]
fn damaged_seeds_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, target) in TARGETS {
        for file in files(&root.join("seeds").join(name)).unwrap() {
            let seed = std::fs::read(file).unwrap();
            target(&[]);
            for at in (0..seed.len()).step_by(1 + seed.len() / 25) {
                let mut damaged = seed.clone();
                damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(at as u8);
                target(&damaged);
                target(&seed[..at]);
            }
        }
    }
}
