//! The name that a misspelled one was meant to be.

/// Names further apart than this, as a share of the longer, are not suggested.
const ALIKE: f64 = 0.6;

/// Of `names`, which may be dotted, the one most like `name`, if any is like it.
pub(crate) fn nearest(names: Vec<String>, name: &str) -> Option<String> {
    // Of a qualified name the last part is where the finger slipped.
    let wanted = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let wanted = wanted.split('[').next().unwrap_or(&wanted);
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&known.to_ascii_lowercase(), wanted);
    names
        .into_iter()
        .map(|known| {
            let part = known.split_once('.').map(|(_, sub)| sub);
            let best = likeness(&known).max(part.filter(|p| !is_common(p)).map_or(0.0, likeness));
            (best, known)
        })
        .filter(|(best, _)| *best >= ALIKE)
        // The first of equals.
        .fold(None, |best: Option<(f64, String)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, known)| known)
}

/// A part that nearly every attribute has says nothing.
fn is_common(part: &str) -> bool {
    matches!(part, "value" | "type" | "primary" | "display" | "$ref")
}
