//! Points in time, as SCIM writes them (RFC 7643 section 2.3.5: xsd:dateTime).

use jiff::Timestamp;

/// Reads `2026-01-31T08:00:00Z`, with any offset and fraction. What has no offset is UTC, and what has no time is
/// midnight: a person who writes `2026-01-31` means that.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let parse = |text: &str| text.parse().ok();
    parse(text)
        .or_else(|| parse(&format!("{text}Z")))
        .or_else(|| parse(&format!("{text}T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn offsets_and_fractions_are_the_same_point() {
        let noon = instant("2026-01-31T12:00:00Z");
        assert!(noon.is_some());
        for same in [
            "2026-01-31T12:00:00.0000000Z",
            "2026-01-31T14:00:00+02:00",
            "2026-01-31T06:30:00.000-05:30",
            "2026-01-31T12:00:00",
        ] {
            assert_eq!(instant(same), noon, "{same}");
        }
        assert_eq!(instant("2026-01-31"), instant("2026-01-31T00:00:00Z"));
        assert!(instant("2026-01-31T12:00:00.001Z") > noon);
        for none in [
            "",
            "soon",
            "12",
            "31.01.2026",
            "01/31/2026",
            "2026-13-01",
            "2026-01-31 noon",
        ] {
            assert_eq!(instant(none), None, "{none}");
        }
    }
}
