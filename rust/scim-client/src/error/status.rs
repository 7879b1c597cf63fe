//! The table of HTTP statuses: the error that each unsuccessful status means. The first matching row wins.

use std::fmt;
use std::ops::RangeInclusive;

use super::Kind;

/// A status, an extra condition, and the error that it means.
#[derive(Debug)]
pub struct Row {
    /// The statuses.
    pub status: RangeInclusive<u16>,
    /// The extra condition.
    pub when: When,
    /// The error.
    pub kind: Kind,
}

/// A condition besides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// No condition.
    Always,
    /// The service's message contains this text.
    Says(&'static str),
    /// The error's `scimType` is this.
    ScimType(&'static str),
    /// The body is a SCIM error or a Graph error.
    IsError,
    /// The body is a web page.
    IsHtml,
    /// The body is a web page, and the response came through a proxy.
    IsHtmlByProxy,
}

/// The table.
pub const TABLE: &[Row] = &[
    // The two texts that Entra returns when the API is turned off.
    row(
        400..=401,
        When::Says("'scimapiconsumptions'"),
        Kind::ApiNotEnabled,
    ),
    row(
        400..=401,
        When::Says("feature is not enabled for any subscription"),
        Kind::ApiNotEnabled,
    ),
    row(300..=399, When::Always, Kind::RedirectRefused),
    row(0..=u16::MAX, When::IsHtmlByProxy, Kind::HtmlFromProxy),
    row(400..=400, When::ScimType("invalidFilter"), Kind::InvalidFilter),
    row(400..=400, When::ScimType("invalidCursor"), Kind::InvalidCursor),
    row(400..=400, When::ScimType("expiredCursor"), Kind::ExpiredCursor),
    row(400..=400, When::ScimType("invalidCount"), Kind::InvalidCount),
    row(400..=400, When::ScimType("uniqueness"), Kind::Uniqueness),
    row(400..=400, When::Always, Kind::BadRequest),
    row(401..=401, When::Always, Kind::InvalidAuthenticationToken),
    row(403..=403, When::Always, Kind::InsufficientPrivileges),
    // A web server's 404 doesn't mean that an object is gone.
    row(404..=404, When::IsError, Kind::ResourceNotFound),
    row(404..=404, When::Always, Kind::EndpointNotFound),
    row(409..=409, When::Always, Kind::Uniqueness),
    row(412..=412, When::Always, Kind::PreconditionFailed),
    row(429..=429, When::Always, Kind::TooManyRequests),
    row(500..=599, When::Always, Kind::ServerError),
    row(0..=u16::MAX, When::IsHtml, Kind::HtmlBody),
    row(0..=u16::MAX, When::Always, Kind::UnexpectedStatus),
];

const fn row(status: RangeInclusive<u16>, when: When, kind: Kind) -> Row {
    Row { status, when, kind }
}

/// The error for this status. `holds` tests a condition.
pub(crate) fn kind(status: u16, holds: impl Fn(When) -> bool) -> Kind {
    TABLE
        .iter()
        .find(|row| row.status.contains(&status) && holds(row.when))
        .map_or(Kind::UnexpectedStatus, |row| row.kind)
}

/// As in docs/errors.md.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status.start(), self.status.end()) {
            (0, _) => f.write_str("any other"),
            (one, last) if one == last => write!(f, "{one}"),
            (first, last) => write!(f, "{first} to {last}"),
        }?;
        match self.when {
            When::Always => Ok(()),
            When::Says(words) => write!(f, ", message contains \u{201c}{words}\u{201d}"),
            When::ScimType(name) => write!(f, ", `scimType` `{name}`"),
            When::IsError => f.write_str(", with a SCIM or Graph error"),
            When::IsHtml => f.write_str(", with a web page"),
            When::IsHtmlByProxy => f.write_str(", with a web page through a proxy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_meaning() {
        for status in 0..=999 {
            let kind = kind(status, |when| when == When::Always);
            assert_eq!(
                kind == Kind::UnexpectedStatus,
                !matches!(status, 300..=401 | 403 | 404 | 409 | 412 | 429 | 500..=599),
                "{status}"
            );
        }
    }

    #[test]
    fn no_row_is_hidden_behind_another() {
        for (index, row) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|other| {
                (other.when == When::Always || other.when == row.when)
                    && other.status.contains(row.status.start())
                    && other.status.contains(row.status.end())
            });
            assert_eq!(first, Some(index), "{row}");
        }
    }
}
