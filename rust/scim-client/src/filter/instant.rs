//! Points in time, as SCIM writes them (RFC 7643 section 2.3.5: xsd:dateTime).

use jiff::Timestamp;

/// Reads `2026-01-31T08:00:00Z`, with any offset and fraction. What has no offset is UTC, and what has no time is
/// midnight: a person who writes `2026-01-31` means that.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let parse = |text: &str| text.parse().ok();
    parse(text)
        .or_else(|| parse(&format!("{text}Z")))
        .or_else(|| parse(&format!("{text}T00:00:00Z")))
        .or_else(|| end_of_day(text))
}

/// 24:00:00, the end of a day, is the beginning of the next (XML Schema part 2 section 3.2.7).
fn end_of_day(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once(['T', 't'])?;
    let rest = time.strip_prefix("24:00")?;
    let clock = rest.split(['Z', 'z', '+', '-']).next()?;
    let is_end = clock.bytes().all(|byte| matches!(byte, b':' | b'0' | b'.'));
    let begins = is_end.then(|| instant(&format!("{day}T00:00{rest}")))??;
    begins.checked_add(jiff::SignedDuration::from_hours(24)).ok()
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
        for end in [
            "2026-01-31T24:00:00Z",
            "2026-01-31T24:00:00.000Z",
            "2026-01-31T24:00:00",
            "2026-01-31T22:00:00-02:00",
        ] {
            assert_eq!(instant(end), instant("2026-02-01T00:00:00Z"), "{end}");
        }
        assert_eq!(instant("2026-01-31T24:00:01Z"), None);
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
