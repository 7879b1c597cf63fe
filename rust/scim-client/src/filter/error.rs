//! Why a text isn't a filter, and where the mistake is.

use std::fmt;

/// Why a text isn't a filter. `Display` is one line, since PowerShell's default error view removes line breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The filter isn't valid at character {}: {message}. Filter: {excerpt}", position + 1)]
pub struct FilterError {
    /// The number of characters (Unicode scalar values) before the mistake.
    pub position: usize,
    /// What is wrong and what to write instead, without a period at the end.
    pub message: String,
    /// What the grammar expects here.
    pub expected: Expected,
    /// The filter, or the part of a long one around the mistake.
    excerpt: String,
}

/// What the grammar allows at a position of a filter. Completion uses it.
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
        Self {
            position,
            message: message.into(),
            expected,
            excerpt: format!("{start}{shown}{end}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_the_character_in_one_line() {
        let error = FilterError::new("userName eq bob", 12, Expected::Value, "no");
        assert_eq!(
            error.to_string(),
            "The filter isn't valid at character 13: no. Filter: userName eq bob"
        );
        let wide = FilterError::new("x eq 山田\n", 8, Expected::Value, "no");
        assert_eq!(
            wide.to_string(),
            "The filter isn't valid at character 7: no. Filter: x eq 山田 "
        );
    }

    #[test]
    fn long_filter_is_shortened_around_the_mistake() {
        let text = "a".repeat(500);
        let error = FilterError::new(&text, 300, Expected::Operator, "no");
        assert_eq!(error.position, 300);
        assert_eq!(error.excerpt.chars().count(), BEFORE + AFTER + 2);
        assert!(error.excerpt.starts_with('…') && error.excerpt.ends_with('…'));
    }
}
