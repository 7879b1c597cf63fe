//! The mistakes that people make, and what to write instead. One place, so that the parser reads as the grammar does.

use super::ast::Operator;
use super::reader::is_curly;
use super::value::Value;

pub(super) const UNCLOSED_STRING: &str = "the string has no closing double quote";
pub(super) const UNICODE_ESCAPE: &str = r"\u requires four hexadecimal digits, and a surrogate pair requires both halves. For a backslash, write \\";

const VALUE: &str = "use a JSON string, number, true, false or null";

/// What other languages call an operator, and what SCIM has for it.
#[rustfmt::skip]
const OTHER_OPERATORS: &[(&str, &str)] = &[
    ("like", r#"SCIM has no wildcards. Use sw for 'text*', ew for '*text', co for '*text*'"#),
    ("notlike", r#"SCIM has no wildcards. Use not (… sw "text"), and ew or co in the same way"#),
    ("match", "SCIM has no regular expressions. Use sw, ew or co"),
    ("notmatch", "SCIM has no regular expressions. Use not (… co …), and sw or ew in the same way"),
    ("contains", "Use co"),
    ("notcontains", "Use not (… co …)"),
    ("includes", "Use co"),
    ("startswith", "Use sw"),
    ("beginswith", "Use sw"),
    ("endswith", "Use ew"),
    ("equals", "Use eq"),
    ("is", "Use eq"),
    ("neq", "Use ne"),
    ("notequals", "Use ne"),
    ("isnot", "Use ne"),
    ("gte", "Use ge"),
    ("lte", "Use le"),
    ("before", "Use lt"),
    ("after", "Use gt"),
    ("in", "Use one eq for each value, joined with or"),
    ("notin", "Use one ne for each value, joined with and"),
    ("present", "Use pr"),
    ("exists", "Use pr"),
    ("between", "Use ge and le, joined with and"),
    ("=", "Use eq"),
    ("==", "Use eq"),
    ("===", "Use eq"),
    ("!=", "Use ne"),
    ("<>", "Use ne"),
    (">", "Use gt"),
    (">=", "Use ge"),
    ("=>", "Use ge"),
    ("<", "Use lt"),
    ("<=", "Use le"),
    ("=<", "Use le"),
];

/// What to write for `&&` and its like.
const OTHER_CONNECTIVES: &[(&str, &str)] = &[
    ("&&", "and"),
    ("&", "and"),
    ("||", "or"),
    ("|", "or"),
    ("-and", "and"),
    ("-or", "or"),
    ("-xor", "or"),
];

fn advice(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(word))
        .map(|(_, advice)| *advice)
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Where an attribute should begin stands something else that is worth a word of its own.
pub(super) fn start(rest: &str) -> Option<String> {
    let word = rest.split([' ', '(']).next().unwrap_or_default();
    let says = match rest.chars().next() {
        None => "expected an attribute at the end of the filter",
        Some('"' | '\'') => "remove the quotes around the attribute name or around the whole filter",
        Some(c) if is_curly(c) => "remove the quotes around the attribute name or around the whole filter",
        Some('*') => "to get everything, leave the filter out",
        Some('{') => "pass a script block without quotes around its braces",
        Some('!') => "use not (…) instead of !",
        Some('-') if word.eq_ignore_ascii_case("-not") => "use not (…) instead of -not",
        Some(')' | ']') => "expected an attribute before this",
        Some('[') => "expected an attribute before the bracket, as in emails[type eq \"work\"]",
        _ => return None,
    };
    Some(says.to_owned())
}

/// After `attribute` stands no operator, but `word` or, where that is empty, `symbols`, or the end.
pub(super) fn operator(attribute: &str, rest: &str, word: &str, symbols: &str) -> String {
    if rest.is_empty() || word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") {
        return format!(
            "expected an operator after {attribute}, as in {attribute} eq \"value\" or {attribute} pr"
        );
    }
    if rest.starts_with('(') {
        return match advice(OTHER_OPERATORS, attribute) {
            Some(advice) => format!("SCIM has no functions such as {attribute}(…). {advice}"),
            None => format!("only 'not' can come before a parenthesis, but this is {attribute}"),
        };
    }
    if let Some(name) = word.strip_prefix('-') {
        // PowerShell's operators also come with c or i before them: case-sensitive or not.
        let plain = name.strip_prefix(['c', 'C', 'i', 'I']).unwrap_or(name);
        let known = |name: &str| Operator::named(name).map(Operator::as_str);
        if let Some(operator) = known(name).or_else(|| known(plain)) {
            return format!("SCIM operators have no dash. Use {operator}");
        }
        if let Some(advice) = advice(OTHER_OPERATORS, name).or_else(|| advice(OTHER_OPERATORS, plain)) {
            return format!("{word} is a PowerShell operator. {advice}");
        }
    }
    let found = if word.is_empty() { symbols } else { word };
    match advice(OTHER_OPERATORS, found) {
        Some(advice) => format!("'{found}' isn't a SCIM operator. {advice}"),
        None if found.is_empty() => "expected an operator: eq, ne, co, sw, ew, pr, gt, ge, lt, le".to_owned(),
        None => format!("{found:?} isn't an operator. Use eq, ne, co, sw, ew, pr, gt, ge, lt or le"),
    }
}

/// Where a value should be stands something that is none.
pub(super) fn value(rest: &str, word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    match rest.chars().next() {
        None => return format!("expected a value after the operator: {VALUE}"),
        Some(')' | ']') => return format!("expected a value before this: {VALUE}"),
        Some('\'') => {
            let inner = rest[1..].split('\'').next().unwrap_or_default();
            return format!("use double quotes instead of single quotes: {}", quoted(inner));
        }
        Some(c) if is_curly(c) => {
            let inner = rest[c.len_utf8()..]
                .split(|c| is_curly(c) || c == '"')
                .next()
                .unwrap_or_default();
            return format!(
                "use straight double quotes instead of curly ones: {}",
                quoted(inner)
            );
        }
        Some('\\' | '`') => {
            return "don't escape the quotes of a string".to_owned();
        }
        Some('[' | '{' | '(' | '@') => {
            return "compare the attribute with one value, not with a list or an expression".to_owned();
        }
        Some('$') => {
            return match lower.as_str() {
                "$true" | "$false" | "$null" => format!("use {} in a filter string", &lower[1..]),
                _ => format!(
                    "PowerShell didn't replace {word} with its value, because it does that only in double quotes"
                ),
            };
        }
        _ => {}
    }
    if lower == "and" || lower == "or" {
        return format!("expected a value before {word}: {VALUE}");
    }
    if is_date(word) {
        return format!("write a date as a string, as in \"{}\"", full_date(word));
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    {
        return format!("{word} isn't a JSON number. For text, write {}", quoted(word));
    }
    match unquoted(rest) {
        "" => format!("the value isn't valid: {VALUE}"),
        text => format!("the value isn't valid. For text, write {}", quoted(text)),
    }
}

/// The words that were probably meant as one string: up to a connective or a closing parenthesis.
fn unquoted(rest: &str) -> &str {
    let mut end = 0;
    for word in rest.split_inclusive(char::is_whitespace) {
        let bare = word.trim();
        if end > 0 && (bare.eq_ignore_ascii_case("and") || bare.eq_ignore_ascii_case("or")) {
            break;
        }
        if let Some(at) = word.find([')', ']', '"', '\'']) {
            end += at;
            break;
        }
        end += word.len();
        if end > 80 {
            break;
        }
    }
    rest[..end].trim()
}

fn is_date(word: &str) -> bool {
    let mut parts = word.split('-');
    parts
        .next()
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
        && parts
            .next()
            .is_some_and(|month| month.len() == 2 && month.bytes().all(|b| b.is_ascii_digit()))
}

fn full_date(word: &str) -> String {
    if word.contains(['T', 't']) {
        word.to_owned()
    } else {
        format!("{word}T00:00:00Z")
    }
}

/// After a complete test stands neither a connective nor the end. `before`: the character just before.
pub(super) fn between(rest: &str, word: &str, symbols: &str, before: Option<char>) -> String {
    let found = if word.is_empty() { symbols } else { word };
    if let Some(connective) = advice(OTHER_CONNECTIVES, found) {
        return format!("use {connective} instead of {found}");
    }
    match rest.chars().next() {
        Some(')') => "unexpected closing parenthesis, because none is open".to_owned(),
        Some(']') => "unexpected closing bracket, because none is open".to_owned(),
        Some('.') if before == Some(']') => {
            r#"a filter can't have a sub-attribute after the bracket. Put the test inside, as in emails[type eq "work" and value eq "…"]"#
                .to_owned()
        }
        Some(c) if before == Some('"') && c.is_alphanumeric() => {
            r#"the string ends here. For a double quote inside a string, write \""#.to_owned()
        }
        Some('"' | '\'') => "unexpected second value. Join two tests with 'and' or 'or'".to_owned(),
        _ if word.is_empty() => "expected 'and' or 'or' between two tests".to_owned(),
        _ => format!("expected 'and' or 'or' before {word}"),
    }
}

/// `pr` is followed by a value.
pub(super) const PRESENT_WITH_VALUE: &str =
    "remove the value after pr, which tests whether the attribute has a value";

pub(super) fn escape(c: char) -> String {
    format!(r"\{c} isn't a valid escape in a JSON string. For a backslash, write \\")
}

pub(super) fn control(c: char) -> String {
    match c {
        '\n' => r"for a line break inside a string, write \n",
        '\r' => r"for a line break inside a string, write \r\n",
        '\t' => r"for a tab inside a string, write \t",
        _ => r"for a control character inside a string, write \u and four hexadecimal digits",
    }
    .to_owned()
}
