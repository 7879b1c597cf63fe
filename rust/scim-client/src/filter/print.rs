//! The canonical text: as few parentheses as can be, operators in lower case, strings as JSON writes them.

use std::fmt::{self, Write as _};

use super::ast::{Filter, PatchPath, Terms};
use super::value::Value;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Or(terms) => joined(f, terms, " or ", false),
            Filter::And(terms) => joined(f, terms, " and ", true),
            Filter::Not(inner) => write!(f, "not ({inner})"),
            Filter::Present(attribute) => write!(f, "{attribute} pr"),
            Filter::Compare {
                attribute,
                operator,
                value,
            } => write!(f, "{attribute} {operator} {value}"),
            Filter::Element { attribute, filter } => write!(f, "{attribute}[{filter}]"),
        }
    }
}

/// Only an `or` inside an `and` needs parentheses, since `and` binds tighter.
fn joined(f: &mut fmt::Formatter<'_>, terms: &Terms, word: &str, inside_and: bool) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        match term {
            Filter::Or(_) if inside_and => write!(f, "({term})")?,
            _ => write!(f, "{term}")?,
        }
    }
    Ok(())
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        self.sub_attribute
            .as_ref()
            .map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(number) => f.write_str(number.as_str()),
            Value::String(text) => quoted(f, text),
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            '\0'..='\u{1f}' => write!(f, "\\u{:04x}", c as u32)?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn is_canonical() {
        for (text, canonical) in [
            (r#"((userName EQ "a"))"#, r#"userName eq "a""#),
            ("(a pr AND b pr) and (c pr)", "a pr and b pr and c pr"),
            ("(a pr and b pr) OR c pr", "a pr and b pr or c pr"),
            ("a pr and (b pr or c pr)", "a pr and (b pr or c pr)"),
            ("NOT(a pr)", "not (a pr)"),
            ("not((a pr or b pr))", "not (a pr or b pr)"),
            (r#"emails [ type eq "work" ]"#, r#"emails[type eq "work"]"#),
            ("active eq True", "active eq true"),
            (r#"a eq "\u0041\/\u00e9\u0001\"""#, r#"a eq "A/é\u0001\"""#),
            ("a eq 1.50E+3", "a eq 1.50E+3"),
        ] {
            assert_eq!(text.parse::<Filter>().unwrap().to_string(), canonical);
        }
    }
}
