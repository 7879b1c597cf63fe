//! The mistakes that people make, and what to write instead. One place, so that the parser reads as the grammar does.

use super::ast::Operator;
use super::reader::is_curly;
use super::value::Value;

pub(super) const UNCLOSED_STRING: &str = "this string has no closing double quote";
pub(super) const UNICODE_ESCAPE: &str = r"after \u stand four hexadecimal digits, of a surrogate pair both halves; a backslash itself is written \\";

const VALUE: &str = "a value must be a JSON string, number, true, false or null";

/// What other languages call an operator, and what SCIM has for it.
#[rustfmt::skip]
const OTHER_OPERATORS: &[(&str, &str)] = &[
    ("like", r#"there are no wildcards: write sw for 'text*', ew for '*text', co for '*text*'"#),
    ("notlike", r#"there are no wildcards: write not (… sw "text"), and ew or co likewise"#),
    ("match", "there are no regular expressions: write sw, ew or co"),
    ("notmatch", "there are no regular expressions: write not (… co …), and sw or ew likewise"),
    ("contains", "write co"),
    ("notcontains", "write not (… co …)"),
    ("includes", "write co"),
    ("startswith", "write sw"),
    ("beginswith", "write sw"),
    ("endswith", "write ew"),
    ("equals", "write eq"),
    ("is", "write eq"),
    ("neq", "write ne"),
    ("notequals", "write ne"),
    ("isnot", "write ne"),
    ("gte", "write ge"),
    ("lte", "write le"),
    ("before", "write lt"),
    ("after", "write gt"),
    ("in", "write one eq for each value, joined by or"),
    ("notin", "write one ne for each value, joined by and"),
    ("present", "write pr"),
    ("exists", "write pr"),
    ("between", "write ge and le, joined by and"),
    ("=", "write eq"),
    ("==", "write eq"),
    ("===", "write eq"),
    ("!=", "write ne"),
    ("<>", "write ne"),
    (">", "write gt"),
    (">=", "write ge"),
    ("=>", "write ge"),
    ("<", "write lt"),
    ("<=", "write le"),
    ("=<", "write le"),
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
        None => "the filter ends here, where an attribute should follow",
        Some('"' | '\'') => "an attribute's name takes no quotes, nor does the filter as a whole",
        Some(c) if is_curly(c) => "an attribute's name takes no quotes, nor does the filter as a whole",
        Some('*') => "there is no filter for everything: leave the filter out",
        Some('{') => "a script block within text is not read: give it without quotes around the braces",
        Some('!') => "negation is written not (…)",
        Some('-') if word.eq_ignore_ascii_case("-not") => "SCIM has no dash before not: write not (…)",
        Some(')' | ']') => "an attribute is missing before this",
        Some('[') => "an attribute is missing before the bracket, as in emails[type eq \"work\"]",
        _ => return None,
    };
    Some(says.to_owned())
}

/// After `attribute` stands no operator, but `word` or, where that is empty, `symbols`, or the end.
pub(super) fn operator(attribute: &str, rest: &str, word: &str, symbols: &str) -> String {
    if rest.is_empty() || word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or") {
        return format!(
            "after {attribute} an operator is missing, as in {attribute} eq \"value\" or {attribute} pr"
        );
    }
    if rest.starts_with('(') {
        return match advice(OTHER_OPERATORS, attribute) {
            Some(advice) => format!("SCIM has no functions: in place of {attribute}(…) {advice}"),
            None => format!("{attribute} cannot stand before a parenthesis: only not can"),
        };
    }
    if let Some(name) = word.strip_prefix('-') {
        // PowerShell's operators also come with c or i before them: case-sensitive or not.
        let plain = name.strip_prefix(['c', 'C', 'i', 'I']).unwrap_or(name);
        let known = |name: &str| Operator::named(name).map(Operator::as_str);
        if let Some(operator) = known(name).or_else(|| known(plain)) {
            return format!("SCIM operators have no dash: write {operator}");
        }
        if let Some(advice) = advice(OTHER_OPERATORS, name).or_else(|| advice(OTHER_OPERATORS, plain)) {
            return format!("{word} is PowerShell's: {advice}");
        }
    }
    let found = if word.is_empty() { symbols } else { word };
    match advice(OTHER_OPERATORS, found) {
        Some(advice) => format!("{found} is no operator of SCIM: {advice}"),
        None if found.is_empty() => {
            "here an operator is missing: eq, ne, co, sw, ew, pr, gt, ge, lt, le".to_owned()
        }
        None => format!("{found:?} is no operator: write eq, ne, co, sw, ew, pr, gt, ge, lt or le"),
    }
}

/// Where a value should be stands something that is none.
pub(super) fn value(rest: &str, word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    match rest.chars().next() {
        None => return format!("after the operator a value is missing; {VALUE}"),
        Some(')' | ']') => return format!("before this a value is missing; {VALUE}"),
        Some('\'') => {
            let inner = rest[1..].split('\'').next().unwrap_or_default();
            return format!("strings take double quotes, not single ones: {}", quoted(inner));
        }
        Some(c) if is_curly(c) => {
            let inner = rest[c.len_utf8()..]
                .split(|c| is_curly(c) || c == '"')
                .next()
                .unwrap_or_default();
            return format!(
                "strings take straight double quotes, not curly ones: {}",
                quoted(inner)
            );
        }
        Some('\\' | '`') => {
            return "the quotes of a string take no escape before them in SCIM's text".to_owned();
        }
        Some('[' | '{' | '(' | '@') => {
            return "an attribute is compared with one value, not with a list or an expression".to_owned();
        }
        Some('$') => {
            return match lower.as_str() {
                "$true" | "$false" | "$null" => format!("in SCIM's text this is written {}", &lower[1..]),
                _ => format!(
                    "PowerShell has put no value in place of {word}: it does so between double quotes only, not between single ones"
                ),
            };
        }
        _ => {}
    }
    if lower == "and" || lower == "or" {
        return format!("before {word} a value is missing; {VALUE}");
    }
    if is_date(word) {
        return format!("a date is written as a string, as in \"{}\"", full_date(word));
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    {
        return format!(
            "{word} is no JSON number; if it is meant as text, write {}",
            quoted(word)
        );
    }
    match unquoted(rest) {
        "" => VALUE.to_owned(),
        text => format!("{VALUE}: {}", quoted(text)),
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
        return format!("{found} is written {connective} in SCIM");
    }
    match rest.chars().next() {
        Some(')') => "this parenthesis closes nothing: there is none open".to_owned(),
        Some(']') => "this bracket closes nothing: there is none open".to_owned(),
        Some('.') if before == Some(']') => {
            r#"no sub-attribute can follow the bracket in a filter: test it inside, as in emails[type eq "work" and value eq "…"]"#
                .to_owned()
        }
        Some(c) if before == Some('"') && c.is_alphanumeric() => {
            r#"the string has ended here; a double quote inside a string is written \""#.to_owned()
        }
        Some('"' | '\'') => "here is a second value; between two tests stands and or or".to_owned(),
        _ if word.is_empty() => "between two tests stands and or or".to_owned(),
        _ => format!("before {word} the word and or the word or is missing"),
    }
}

/// `pr` is followed by a value.
pub(super) const PRESENT_WITH_VALUE: &str = "pr takes no value: it asks whether the attribute has one";

pub(super) fn escape(c: char) -> String {
    format!(r"\{c} means nothing in a JSON string; a backslash itself is written \\")
}

pub(super) fn control(c: char) -> String {
    match c {
        '\n' => r"a line break inside a string is written \n",
        '\r' => r"a line break inside a string is written \r\n",
        '\t' => r"a tab inside a string is written \t",
        _ => r"a control character inside a string is written \u and four hexadecimal digits",
    }
    .to_owned()
}
