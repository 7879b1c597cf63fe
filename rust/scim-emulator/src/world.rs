//! Numbers behind generated resources: everything about a resource follows from the seed and its index.

/// What all generated resources share.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) users: u32,
    pub(crate) groups: u32,
    pub(crate) base_uri: String,
}

/// SplitMix64's finaliser: every input bit moves every output bit.
pub(crate) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What an id belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IdSpace {
    User = 1,
    Group = 2,
    Request = 3,
}

/// The 16 bytes of an id. The last four hide the index, so that an id leads back to its resource without an
/// index in memory.
pub(crate) fn id_bytes(seed: u64, space: IdSpace, index: u32) -> [u8; 16] {
    let high = mix(seed ^ mix(space as u64) ^ u64::from(index));
    let low = mix(high) as u32;
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..12].copy_from_slice(&low.to_be_bytes());
    // Version 4 and the RFC 9562 variant, so that it passes for any other GUID.
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hidden = index ^ mask(&bytes, seed);
    bytes[12..].copy_from_slice(&hidden.to_be_bytes());
    bytes
}

fn mask(bytes: &[u8; 16], seed: u64) -> u32 {
    let mut head = [0; 8];
    head.copy_from_slice(&bytes[4..12]);
    mix(u64::from_be_bytes(head) ^ seed) as u32
}

/// The index behind an id, if it is one of ours.
pub(crate) fn index_of(seed: u64, space: IdSpace, bytes: &[u8; 16]) -> Option<u32> {
    let hidden = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
    let index = hidden ^ mask(bytes, seed);
    (id_bytes(seed, space, index) == *bytes).then_some(index)
}

/// Appends a GUID in its 36-character form.
pub(crate) fn write_guid(bytes: &[u8; 16], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 15)];
        at += 2;
    }
    out.extend_from_slice(&text);
}

/// Reads a GUID in its 36-character form, in either case.
pub(crate) fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    if text.len() != 36 {
        return None;
    }
    let mut bytes = [0; 16];
    let mut at = 0;
    for (i, byte) in bytes.iter_mut().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            if text[at] != b'-' {
                return None;
            }
            at += 1;
        }
        let high = (text[at] as char).to_digit(16)?;
        let low = (text[at + 1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
        at += 2;
    }
    Some(bytes)
}

/// A GUID as a string.
pub(crate) fn guid(bytes: &[u8; 16]) -> String {
    let mut out = Vec::with_capacity(36);
    write_guid(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends a number in decimal.
pub(crate) fn write_number(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number in decimal with leading zeros.
pub(crate) fn write_padded(value: u64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut rest = value;
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Appends seconds since 1970 as RFC 3339 in UTC.
pub(crate) fn write_time(seconds: u64, out: &mut Vec<u8>) {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days to civil date, after Howard Hinnant's `civil_from_days`, for dates after 1970.
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    write_padded(year, 4, out);
    out.push(b'-');
    write_padded(month, 2, out);
    out.push(b'-');
    write_padded(day, 2, out);
    out.push(b'T');
    write_padded(second / 3600, 2, out);
    out.push(b':');
    write_padded(second / 60 % 60, 2, out);
    out.push(b':');
    write_padded(second % 60, 2, out);
    out.push(b'Z');
}

/// Now, as RFC 3339.
pub(crate) fn now_text() -> String {
    let mut out = Vec::with_capacity(20);
    write_time(now_seconds(), &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Seconds since 1970.
pub(crate) fn now_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map(|elapsed| elapsed.as_secs())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_index() {
        for index in (0..2_000_000).step_by(997) {
            let id = id_bytes(7, IdSpace::User, index);
            assert_eq!(
                index_of(7, IdSpace::User, &parse_guid(&guid(&id)).unwrap()),
                Some(index)
            );
            assert_eq!(index_of(7, IdSpace::Group, &id), None);
            assert_eq!(index_of(8, IdSpace::User, &id), None);
        }
    }

    #[test]
    fn times_are_civil() {
        let text = |seconds| {
            let mut out = Vec::new();
            write_time(seconds, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(text(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(text(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(text(1_735_689_599), "2024-12-31T23:59:59Z");
    }
}
