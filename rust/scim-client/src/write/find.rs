//! Finding an object by a key of its own, without trusting the server to have understood the filter.

use jiff::Timestamp;
use reqwest::Method;

use super::work::Sending;
use crate::answer;
use crate::change::Lookup;
use crate::cloud::Endpoint;
use crate::error::{Error, Kind};
use crate::page::{Page, PageParser};
use crate::record::{Record, Records, Value};
use crate::request::{Request, Unsuccessful};
use crate::send::what;

/// Pages that are looked through at most. A short or an empty page says nothing while there is a cursor (RFC 9865).
const PAGES: usize = 5;

/// What a look-up found.
#[derive(Debug)]
pub(super) enum Found {
    /// Exactly one, and it has the value that was asked for.
    One(Object),
    /// None, said a server that understood the question.
    None,
    /// More than one has it.
    Many(Vec<Object>),
    /// The server answered something else than what was asked: it may ignore filters.
    Untrusted,
}

/// An object that was found.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) page: Page,
    pub(super) created: Option<Timestamp>,
}

/// Looks an object up.
pub(super) async fn find(work: &Sending<'_>, endpoint: Endpoint, by: &Lookup) -> Result<Found, Unsuccessful> {
    let (mut matches, mut others, mut cursor) = (Vec::<Object>::new(), 0, None);
    for _ in 0..PAGES {
        let page = page(work, endpoint, by, cursor.as_deref()).await?;
        let records = Records::open(&page.buffer).into_iter().flat_map(Records::iter);
        for record in records {
            if has(record, by) {
                let object = object(record)?;
                // The same object twice is one.
                if !matches.iter().any(|other| other.id == object.id) {
                    matches.push(object);
                }
            } else {
                others += 1;
            }
        }
        match page.next_cursor {
            // Who ignores the filter has a whole directory to offer.
            Some(next) if others == 0 => cursor = Some(next),
            _ => break,
        }
    }
    Ok(match (matches.len(), others) {
        (1, 0) => matches.pop().map_or(Found::None, Found::One),
        (0, 0) => Found::None,
        (1, _) if is_unique(&by.attribute) => matches.pop().map_or(Found::None, Found::One),
        (0 | 1, _) => Found::Untrusted,
        _ => Found::Many(matches),
    })
}

/// Whether the service itself sees to it that no two have the same (RFC 7643 section 4.1.1).
pub(super) fn is_unique(attribute: &str) -> bool {
    attribute.eq_ignore_ascii_case("userName")
}

async fn page(
    work: &Sending<'_>,
    endpoint: Endpoint,
    by: &Lookup,
    cursor: Option<&str>,
) -> Result<Page, Unsuccessful> {
    // A JSON string is a filter's string too (RFC 7644 section 3.4.2.2).
    let filter = format!(
        "{} eq {}",
        by.attribute,
        serde_json::Value::from(by.value.as_str())
    );
    let mut query = vec![("filter", filter.as_str())];
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    let url = work
        .session
        .url(endpoint, None, &query)
        .map_err(Unsuccessful::unsent)?;
    let what = what(&Method::GET, &url);
    let answer = work.session.exchange(Request::get(url), work.caller()).await?;
    PageParser::default()
        .list(&answer.body)
        .map_err(|e| Unsuccessful::refused(answer::unreadable(&e, &answer, &what)))
}

fn object(record: Record<'_>) -> Result<Object, Unsuccessful> {
    let unusable = |reason: &str| {
        let message = format!("The lookup returned an object that can't be used: {reason}.");
        Unsuccessful::refused(Error::new(Kind::NotAResource, message))
    };
    let id = record.id().ok_or_else(|| unusable("it has no id"))?.into_owned();
    Ok(Object {
        id,
        page: PageParser::default()
            .resource(record.to_json().as_bytes())
            .map_err(|e| unusable(&e.to_string()))?,
        created: created(record),
    })
}

fn created(record: Record<'_>) -> Option<Timestamp> {
    let Some(Value::Object(meta)) = record.get("meta") else {
        return None;
    };
    match meta.get("created") {
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    }
}

/// Whether an object has the value that was asked for.
fn has(record: Record<'_>, by: &Lookup) -> bool {
    let (object, name) = match by.attribute.rsplit_once(':') {
        Some((urn, name)) => match record.get(urn) {
            Some(Value::Object(extension)) => (extension, name),
            _ => return false,
        },
        None => (record, by.attribute.as_str()),
    };
    let Some(value) = object.get(name).and_then(Value::text) else {
        return false;
    };
    // RFC 7643: ids are compared exactly, all other keys without regard to case.
    if ["id", "externalId"]
        .iter()
        .any(|exact| name.eq_ignore_ascii_case(exact))
    {
        value == by.value
    } else {
        value.to_lowercase() == by.value.to_lowercase()
    }
}

/// Whether an object has all that a body set, as far as its plain members go.
pub(super) fn resembles(page: &Page, body: &[u8]) -> bool {
    compare(page, body, |_, same| same == Some(true))
}

/// Whether an object is another one than a body describes: it has another name.
pub(super) fn differs(page: &Page, body: &[u8]) -> bool {
    const NAMES: [&str; 3] = ["userName", "externalId", "displayName"];
    !compare(page, body, |name, same| {
        same != Some(false) || !NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// Whether `holds` is true of each plain member of a body, given whether the object has the same value; None where it
/// has none of that name. Arrays and objects come back in the server's own form, and are passed over.
fn compare(page: &Page, body: &[u8], holds: impl Fn(&str, Option<bool>) -> bool) -> bool {
    let record = Records::open(&page.buffer).and_then(|records| records.get(0));
    let wanted = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body);
    let (Some(record), Ok(wanted)) = (record, wanted) else {
        return false;
    };
    wanted
        .iter()
        .all(|(name, value)| match (value, record.get(name)) {
            (serde_json::Value::Array(_) | serde_json::Value::Object(_), _) => true,
            (_, None) => holds(name, None),
            (serde_json::Value::String(wanted), Some(Value::String(found))) => {
                holds(name, Some(wanted.to_lowercase() == found.to_lowercase()))
            }
            (serde_json::Value::Bool(wanted), Some(Value::Bool(found))) => {
                holds(name, Some(*wanted == found))
            }
            // Numbers may be spelt in many ways.
            _ => true,
        })
}
