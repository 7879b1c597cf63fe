//! Why a text is no filter, and where.

use std::fmt;

/// A text that is no filter. `Display` is one sentence; [`FilterError::rendering`] shows the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter cannot be read at position {position}: {message}")]
pub struct FilterError {
    /// Where the mistake is: how many characters (Unicode scalar values) stand before it.
    pub position: usize,
    /// What is wrong and what to write instead, in lower case and without a full stop.
    pub message: String,
    /// What the grammar expects here.
    pub expected: Expected,
    line: String,
}

/// What can stand at a place of a filter; completion goes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// An attribute's path, `not (` or `(`.
    Attribute,
    /// `eq`, `pr` and the others.
    Operator,
    /// A value.
    Value,
    /// `and`, `or`, or the end.
    Connective,
    /// `(`
    Opening,
    /// `and`, `or`, or `)`.
    Parenthesis,
    /// `and`, `or`, or `]`.
    Bracket,
    /// The end, as the text or its nesting is too long already.
    End,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expected::Attribute => "an attribute, not (…) or a parenthesis",
            Expected::Operator => "an operator: eq, ne, co, sw, ew, pr, gt, ge, lt, le",
            Expected::Value => "a JSON string, number, true, false or null",
            Expected::Connective => "and, or, or the end",
            Expected::Opening => "an opening parenthesis",
            Expected::Parenthesis => "and, or, or a closing parenthesis",
            Expected::Bracket => "and, or, or a closing bracket",
            Expected::End => "the end",
        })
    }
}

/// How many characters of a long filter are shown before and after the mistake.
const BEFORE: usize = 60;
const AFTER: usize = 40;

impl FilterError {
    /// `at` is an offset in bytes.
    pub(super) fn new(text: &str, at: usize, expected: Expected, message: impl Into<String>) -> Self {
        let position = text.get(..at).unwrap_or(text).chars().count();
        let message = message.into();
        let skipped = position.saturating_sub(BEFORE);
        let shown: String = text
            .chars()
            .skip(skipped)
            .take(position - skipped + AFTER)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let cut = text.chars().nth(position + AFTER).is_some();
        let start = if skipped > 0 { "…" } else { "" };
        let end = if cut { "…" } else { "" };
        let indent: usize = shown.chars().take(position - skipped).map(columns).sum();
        let indent = indent + start.chars().count();
        let line = format!("{start}{shown}{end}\n{:indent$}^ {message}", "");
        Self {
            position,
            message,
            expected,
            line,
        }
    }

    /// Two lines: the filter (of a long one, the part around the mistake), and a caret with the message under the place.
    #[must_use]
    pub fn rendering(&self) -> &str {
        &self.line
    }
}

/// How many columns a terminal gives a character, near enough to put a caret under names in any script.
fn columns(c: char) -> usize {
    match c as u32 {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_the_caret_under_the_place() {
        let error = FilterError::new("userName eq bob", 12, Expected::Value, "no");
        assert_eq!(error.rendering(), "userName eq bob\n            ^ no");
        assert_eq!(error.to_string(), "the filter cannot be read at position 12: no");
        let wide = FilterError::new("x eq 山田", 8, Expected::Value, "no");
        assert_eq!((wide.position, wide.rendering()), (6, "x eq 山田\n       ^ no"));
        let end = FilterError::new("", 0, Expected::Attribute, "no");
        assert_eq!(end.rendering(), "\n^ no");
    }

    #[test]
    fn shows_the_part_of_a_long_filter() {
        let text = "a".repeat(500);
        let error = FilterError::new(&text, 300, Expected::Operator, "no");
        let (line, caret) = error.rendering().split_once('\n').unwrap_or_default();
        assert_eq!(line.chars().count(), BEFORE + AFTER + 2);
        assert_eq!(caret.find('^'), Some(BEFORE + 1));
    }
}
