//! Every target on its seeds, and on some thousand changed ones: what holds fails here before a long run finds it. The
//! inputs follow from a number, so that a failure is had again.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

use fastrand::Rng;
use scim_fuzz::TARGETS;

/// Changed inputs a target. Opening a session sets up TLS each time, so there are fewer of those.
fn changed(target: &str) -> usize {
    if target == "config" { 300 } else { 20_000 }
}

/// Pieces that mean something to one of the readers.
const PIECES: [&str; 24] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "null",
    "1e400",
    "\\ud800",
    "Resources",
    "nextCursor",
    " eq ",
    " and ",
    "not (",
    "urn:",
    ".",
    "Basic realm=",
    "-1",
    "99999999999999999999",
    "\u{0}",
    "\u{fe}",
    "é",
];

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.usize(0..=bytes.len());
    let to = (at + rng.usize(0..16)).min(bytes.len());
    match rng.u8(0..6) {
        0 => drop(bytes.drain(at..to)),
        1 => bytes.truncate(at),
        2 => bytes
            .splice(at..at, PIECES[rng.usize(0..PIECES.len())].bytes())
            .for_each(drop),
        3 => bytes.extend_from_within(at..to),
        4 => bytes
            .splice(at.., rng.choice(seeds).unwrap().iter().skip(at).copied())
            .for_each(drop),
        _ => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte ^= 1 << rng.u8(0..8)),
    }
}

#[test]
fn what_must_hold_holds_for_changed_seeds() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
        let files = std::fs::read_dir(&folder).unwrap();
        let mut seeds: Vec<_> = files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{}", folder.display());
        seeds.iter().for_each(|seed| target(seed));
        let mut rng = Rng::with_seed(20_261_125);
        for _ in 0..changed(name) {
            let mut bytes = rng.choice(&seeds).unwrap().clone();
            for _ in 0..rng.usize(1..6) {
                change(&mut bytes, &seeds, &mut rng);
            }
            target(&bytes);
        }
    }
}
