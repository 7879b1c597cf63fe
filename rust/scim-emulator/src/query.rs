//! Query strings, page sizes and cursors (RFC 9865, with the limits of the service).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode;

use crate::config::EmulatorConfig;
use crate::projection::Projection;
use crate::schema::Kind;
use crate::wire::Failure;
use crate::world::{mix, now_seconds};

const DEFAULT_PAGE: usize = 100;
const MAX_USERS: usize = 999;
const MAX_GROUPS: usize = 1000;

/// The parameters that the service reads. Others are ignored.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) attributes: Option<String>,
    pub(crate) excluded: Option<String>,
    count: Option<i64>,
    cursor: Option<String>,
    /// Over everything but `cursor` and `count`, in any order.
    fingerprint: u64,
}

impl Query {
    pub(crate) fn parse(raw: Option<&str>) -> Result<Query, Failure> {
        let mut query = Query::default();
        for pair in raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            if name.ends_with(char::is_whitespace) || value.starts_with(char::is_whitespace) {
                return Err(Failure::invalid_syntax(format!(
                    "The query parameter '{}' has white space around '='.",
                    name.trim()
                )));
            }
            query.take(&name, value)?;
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Failure> {
        match name {
            "cursor" => {
                // RFC 9865 takes an empty cursor for the first page.
                self.cursor = Some(value).filter(|cursor| !cursor.is_empty());
                return Ok(());
            }
            "count" => {
                let count: i64 = value.parse().map_err(|_| {
                    Failure::invalid_count(format!("The count '{value}' is not a whole number."))
                })?;
                if count < 1 {
                    return Err(Failure::invalid_count(format!(
                        "The count {count} is out of range: it starts at 1."
                    )));
                }
                self.count = Some(count);
                return Ok(());
            }
            // `pagination.index` is false. To ignore a later start would hand out the first page again and again,
            // so it is refused; 1 asks for what a first page is anyway.
            "startIndex" if value != "1" => {
                return Err(Failure::invalid_value(
                    "Paging by startIndex is not supported: follow nextCursor with the cursor parameter.",
                ));
            }
            "filter" => self.filter = Some(value.clone()),
            "attributes" => self.attributes = Some(value.clone()),
            "excludedAttributes" => self.excluded = Some(value.clone()),
            _ => {}
        }
        let parameter = name.bytes().chain([b'=']).chain(value.bytes());
        self.fingerprint ^= parameter.fold(0x71e5, |hash, byte| mix(hash ^ u64::from(byte)));
        Ok(())
    }

    /// How many resources the page may hold. More than the maximum is clamped.
    pub(crate) fn page_size(&self, kind: Kind, projection: &Projection) -> usize {
        let limit = match kind {
            Kind::Group => MAX_GROUPS,
            Kind::User if projection.allows_large_pages() => MAX_USERS,
            Kind::User => DEFAULT_PAGE,
        };
        let asked = self
            .count
            .map_or(DEFAULT_PAGE, |count| usize::try_from(count).unwrap_or(limit));
        asked.min(limit)
    }

    /// Where the page starts, from the cursor.
    pub(crate) fn position(&self, config: &EmulatorConfig, kind: Kind) -> Result<Position, Failure> {
        let Some(text) = &self.cursor else {
            return Ok(Position::default());
        };
        let cursor = Cursor::decode(config.seed, text).ok_or_else(|| {
            Failure::new(
                http::StatusCode::BAD_REQUEST,
                "invalidCursor",
                "The cursor is not valid.",
            )
        })?;
        if cursor.count != self.count_mark() {
            return Err(Failure::invalid_count(
                "The count differs from that of the first page.",
            ));
        }
        if cursor.fingerprint != self.fingerprint_of(kind) {
            return Err(Failure::new(
                http::StatusCode::BAD_REQUEST,
                "invalidCursor",
                "The cursor belongs to a query with other parameters.",
            ));
        }
        if let Some(lifetime) = config.cursor_lifetime
            && now_milliseconds().saturating_sub(cursor.issued) > lifetime.as_millis() as u64
        {
            return Err(Failure::new(
                http::StatusCode::BAD_REQUEST,
                "expiredCursor",
                "The cursor has expired.",
            ));
        }
        Ok(cursor.position)
    }

    /// The cursor of the page that starts at `position`.
    pub(crate) fn cursor(&self, config: &EmulatorConfig, kind: Kind, position: Position) -> String {
        Cursor {
            position,
            count: self.count_mark(),
            fingerprint: self.fingerprint_of(kind),
            // Left out where nothing expires, so that equal pages are equal bytes.
            issued: config.cursor_lifetime.map_or(0, |_| now_milliseconds()),
        }
        .encode(config.seed)
    }

    pub(crate) fn given_cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn count_mark(&self) -> u32 {
        self.count
            .map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn fingerprint_of(&self, kind: Kind) -> u64 {
        mix(self.fingerprint ^ kind as u64)
    }
}

fn now_milliseconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or_else(|_| now_seconds() * 1000, |elapsed| elapsed.as_millis() as u64)
}

/// Where a page starts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Index of the first resource to look at.
    pub(crate) index: u32,
    /// Results on the pages before, so that the last page can say the total.
    pub(crate) seen: u32,
}

#[derive(Debug, PartialEq, Eq)]
struct Cursor {
    position: Position,
    count: u32,
    fingerprint: u64,
    issued: u64,
}

impl Cursor {
    /// Base64url without padding: RFC 9865 allows only the unreserved characters of RFC 3986.
    fn encode(&self, seed: u64) -> String {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend_from_slice(&self.position.index.to_be_bytes());
        bytes.extend_from_slice(&self.position.seen.to_be_bytes());
        bytes.extend_from_slice(&self.count.to_be_bytes());
        bytes.extend_from_slice(&self.fingerprint.to_be_bytes());
        bytes.extend_from_slice(&self.issued.to_be_bytes());
        bytes.extend_from_slice(&checksum(seed, &bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(seed: u64, text: &str) -> Option<Cursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, sum) = bytes.split_at_checked(28)?;
        if sum != checksum(seed, body) {
            return None;
        }
        let short = |at: usize| Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?));
        let long = |at: usize| Some(u64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?));
        Some(Cursor {
            position: Position {
                index: short(0)?,
                seen: short(4)?,
            },
            count: short(8)?,
            fingerprint: long(12)?,
            issued: long(20)?,
        })
    }
}

fn checksum(seed: u64, bytes: &[u8]) -> [u8; 4] {
    (bytes
        .iter()
        .fold(mix(seed), |hash, byte| mix(hash ^ u64::from(*byte))) as u32)
        .to_be_bytes()
}

/// Decodes one part of a query string or form.
pub(crate) fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

/// Decodes a form body.
pub(crate) fn decode_form(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}
