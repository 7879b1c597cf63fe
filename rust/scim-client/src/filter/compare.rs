//! How one value is compared with what the filter asks for.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::ast::Operator;
use super::eval::Item;
use super::instant::instant;
use super::value::Number;

/// The filter's value, made ready once for many comparisons.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Null,
    Bool(bool),
    Number(Number),
    /// With `exact` as it stands, else folded.
    Text {
        text: String,
        exact: bool,
    },
    Instant(Timestamp),
}

/// The case of one character taken away, as .NET's OrdinalIgnoreCase does: its simple upper case, character by
/// character, in no one's language.
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

pub(super) fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Whether `value operator operand` holds, for a value that is neither null nor complex. Types that cannot be compared
/// are not equal, and neither greater nor less.
pub(super) fn holds<C>(value: &Item<'_, C>, operator: Operator, operand: &Operand) -> bool {
    match operator {
        Operator::Eq => equal(value, operand),
        Operator::Ne => !equal(value, operand),
        Operator::Co | Operator::Sw | Operator::Ew => match (value, operand) {
            (Item::String(value), Operand::Text { text, exact }) => part(value, operator, text, *exact),
            _ => false,
        },
        Operator::Gt => order(value, operand).is_some_and(Ordering::is_gt),
        Operator::Ge => order(value, operand).is_some_and(Ordering::is_ge),
        Operator::Lt => order(value, operand).is_some_and(Ordering::is_lt),
        Operator::Le => order(value, operand).is_some_and(Ordering::is_le),
    }
}

/// Some servers write booleans and numbers as strings, so these are equal to what they stand for.
fn equal<C>(value: &Item<'_, C>, operand: &Operand) -> bool {
    match (value, operand) {
        (Item::Bool(value), Operand::Bool(wanted)) => value == wanted,
        (Item::String(value), Operand::Bool(wanted)) => value.eq_ignore_ascii_case(boolean(*wanted)),
        (Item::Bool(value), Operand::Text { text, .. }) => text.eq_ignore_ascii_case(boolean(*value)),
        _ => order(value, operand) == Some(Ordering::Equal),
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn order<C>(value: &Item<'_, C>, operand: &Operand) -> Option<Ordering> {
    match (value, operand) {
        (Item::String(value), Operand::Text { text, exact: true }) => Some((*value).cmp(text)),
        (Item::String(value), Operand::Text { text, exact: false }) => {
            Some(value.chars().map(fold).cmp(text.chars()))
        }
        (Item::String(value), Operand::Instant(wanted)) => Some(instant(value)?.cmp(wanted)),
        (Item::String(value), Operand::Number(wanted)) => numbers(&Number::new(value)?, wanted),
        (Item::Integer(value), Operand::Number(wanted)) => integer(*value, wanted),
        (Item::Integer(value), Operand::Text { text, .. }) => integer(*value, &Number::new(text)?),
        (Item::Number(value), Operand::Number(wanted)) => value.partial_cmp(&wanted.as_f64()),
        _ => None,
    }
}

fn integer(value: i64, wanted: &Number) -> Option<Ordering> {
    match wanted.as_i64() {
        Some(wanted) => Some(value.cmp(&wanted)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "the other side is a double, or too large for 64 bits"
        )]
        None => (value as f64).partial_cmp(&wanted.as_f64()),
    }
}

fn numbers(value: &Number, wanted: &Number) -> Option<Ordering> {
    match value.as_i64() {
        Some(value) => integer(value, wanted),
        None => value.as_f64().partial_cmp(&wanted.as_f64()),
    }
}

/// co, sw, ew. `text` is folded unless `exact`.
fn part(value: &str, operator: Operator, text: &str, exact: bool) -> bool {
    if exact {
        return match operator {
            Operator::Sw => value.starts_with(text),
            Operator::Ew => value.ends_with(text),
            _ => value.contains(text),
        };
    }
    match operator {
        Operator::Sw => begins(value.chars().map(fold), text.chars()),
        Operator::Ew => begins(value.chars().rev().map(fold), text.chars().rev()),
        _ => {
            text.is_empty()
                || value
                    .char_indices()
                    .any(|(at, _)| begins(value[at..].chars().map(fold), text.chars()))
        }
    }
}

fn begins(mut value: impl Iterator<Item = char>, mut text: impl Iterator<Item = char>) -> bool {
    text.all(|wanted| value.next() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str, operator: Operator, wanted: &str, exact: bool) -> bool {
        let text = if exact { wanted.to_owned() } else { folded(wanted) };
        holds(
            &Item::<()>::String(value),
            operator,
            &Operand::Text { text, exact },
        )
    }

    #[test]
    fn case_is_as_the_schema_says() {
        assert!(text("Ann@Contoso.com", Operator::Eq, "ann@contoso.COM", false));
        assert!(!text("Ann@Contoso.com", Operator::Eq, "ann@contoso.COM", true));
        assert!(text("ΟΔΥΣΣΕΥΣ", Operator::Eq, "Οδυσσευς", false));
        assert!(text("ärger", Operator::Eq, "ÄRGER", false));
        assert!(!text("Straße", Operator::Eq, "STRASSE", false));
        assert!(text("Ann@Contoso.com", Operator::Ew, "@CONTOSO.com", false));
        assert!(text("Ann@Contoso.com", Operator::Sw, "ann", false));
        assert!(text("Ann@Contoso.com", Operator::Co, "N@c", false));
        assert!(!text("Ann@Contoso.com", Operator::Co, "N@c", true));
        assert!(!text("n", Operator::Ew, "nn", false) && !text("", Operator::Co, "n", false));
        assert!(text("", Operator::Co, "", false) && text("山田太郎", Operator::Co, "田太", false));
        assert!(text("b", Operator::Gt, "A", false) && text("A", Operator::Lt, "b", false));
        assert!(!text("B", Operator::Gt, "a", true));
    }

    #[test]
    fn numbers_and_dates_are_ordered_by_what_they_mean() {
        let number = |value: Item<'_, ()>, operator, wanted| {
            Number::new(wanted).is_some_and(|wanted| holds(&value, operator, &Operand::Number(wanted)))
        };
        assert!(number(Item::Integer(10), Operator::Gt, "9"));
        assert!(number(Item::Integer(10), Operator::Eq, "1e1"));
        assert!(number(
            Item::Integer(i64::MAX),
            Operator::Ne,
            "9223372036854775806"
        ));
        assert!(number(Item::Number(0.5), Operator::Le, "0.5"));
        assert!(number(Item::String("10"), Operator::Ge, "9"));
        assert!(
            !number(Item::String("ten"), Operator::Ge, "9") && number(Item::String("ten"), Operator::Ne, "9")
        );
        assert!(!number(Item::Bool(true), Operator::Ge, "0"));
        let date = |value, operator| {
            instant("2026-01-31T12:00:00Z")
                .is_some_and(|wanted| holds(&Item::<()>::String(value), operator, &Operand::Instant(wanted)))
        };
        assert!(date("2026-01-31T14:00:00+02:00", Operator::Eq));
        assert!(date("2026-01-31T13:30:00+02:00", Operator::Lt));
        assert!(
            !date("unknown", Operator::Lt) && !date("unknown", Operator::Ge) && date("unknown", Operator::Ne)
        );
    }

    #[test]
    fn booleans_as_strings_are_booleans() {
        assert!(holds(
            &Item::<()>::String("True"),
            Operator::Eq,
            &Operand::Bool(true)
        ));
        assert!(holds(
            &Item::<()>::Bool(false),
            Operator::Ne,
            &Operand::Bool(true)
        ));
        assert!(holds(
            &Item::<()>::Bool(true),
            Operator::Eq,
            &Operand::Text {
                text: "TRUE".into(),
                exact: false
            }
        ));
    }
}
