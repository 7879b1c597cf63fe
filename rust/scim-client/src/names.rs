//! The attribute names of one list, each written once and known by a small number afterwards.

use std::collections::HashMap;

use crate::limits;

/// An append-only table of names. Ids count from 0 in the order of first appearance and are stable for the table's
/// life, so that pages of one list share them.
#[derive(Debug)]
pub(crate) struct Names {
    ids: HashMap<Box<str>, u32>,
    /// All names one after another: the page's name block.
    block: Vec<u8>,
    /// Where each name ends in the block.
    ends: Vec<u32>,
    /// Each name as it begins a member, `name":`, one after another; nothing for a name that JSON must escape.
    spelled: Vec<u8>,
    /// Where each begins and ends there.
    spellings: Vec<(u32, u32)>,
    /// For each [`Context`], the two names that came there last. Members of resources come in the same order again and
    /// again, so a comparison with the expected name stands in for hashing, for nearly every member.
    likely: Vec<[u32; 2]>,
    /// The names that are `id` in some case.
    called_id: Vec<u32>,
}

/// The table is full: see [`limits::NAMES`] and [`limits::ALL_NAMES_BYTES`], or the name is too long.
#[derive(Debug)]
pub(crate) struct Full;

/// Where a name stands, as far as it tells which name it may be. Twice an id may be more than a process of 32 bit counts:
/// that is the place of no name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context(usize);

impl Context {
    /// The first in a resource.
    pub(crate) const FIRST: Self = Self(0);

    /// The first in the value of this member.
    pub(crate) fn inside(id: u32) -> Self {
        Self((id as usize).saturating_mul(2).saturating_add(1))
    }

    /// The one behind this one.
    pub(crate) fn behind(id: u32) -> Self {
        Self((id as usize).saturating_mul(2).saturating_add(2))
    }
}

const NONE: u32 = u32::MAX;

impl Default for Names {
    fn default() -> Self {
        Self {
            ids: HashMap::new(),
            block: Vec::new(),
            ends: Vec::new(),
            spelled: Vec::new(),
            spellings: Vec::new(),
            likely: vec![[NONE; 2]],
            called_id: Vec::new(),
        }
    }
}

impl Names {
    /// The name that is likely here, if it begins these bytes with its closing quotation mark and a colon behind it:
    /// its id, and how many bytes these are.
    #[inline]
    pub(crate) fn expected(&mut self, context: Context, json: &[u8]) -> Option<(u32, usize)> {
        let [first, second] = *self.likely.get(context.0)?;
        let spelled = self.spelling(first);
        if begins(json, spelled) && !spelled.is_empty() {
            return Some((first, spelled.len()));
        }
        let spelled = self.spelling(second);
        if begins(json, spelled) && !spelled.is_empty() {
            let length = spelled.len();
            self.expect(context, second, first);
            return Some((second, length));
        }
        None
    }

    /// The id of `name`, which is added when new.
    pub(crate) fn intern(&mut self, context: Context, name: &str) -> Result<u32, Full> {
        let [first, second] = self.likely.get(context.0).copied().unwrap_or([NONE; 2]);
        if first != NONE && self.bytes(first) == name.as_bytes() {
            return Ok(first);
        }
        if second != NONE && self.bytes(second) == name.as_bytes() {
            self.expect(context, second, first);
            return Ok(second);
        }
        let id = match self.ids.get(name) {
            Some(&id) => id,
            None => self.add(name)?,
        };
        self.expect(context, id, first);
        Ok(id)
    }

    fn expect(&mut self, context: Context, first: u32, second: u32) {
        if let Some(likely) = self.likely.get_mut(context.0) {
            *likely = [first, second];
        }
    }

    fn add(&mut self, name: &str) -> Result<u32, Full> {
        let full = name.len() > limits::NAME_BYTES
            || self.ends.len() >= limits::NAMES
            || self.block.len() + name.len() > limits::ALL_NAMES_BYTES;
        if full {
            return Err(Full);
        }
        let id = self.ends.len() as u32;
        self.ids.insert(name.into(), id);
        self.block.extend_from_slice(name.as_bytes());
        self.ends.push(self.block.len() as u32);
        let start = self.spelled.len() as u32;
        if !name.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
            self.spelled.extend_from_slice(name.as_bytes());
            self.spelled.extend_from_slice(b"\":");
        }
        self.spellings.push((start, self.spelled.len() as u32));
        self.likely.extend([[NONE; 2]; 2]);
        if name.eq_ignore_ascii_case("id") {
            self.called_id.push(id);
        }
        Ok(id)
    }

    fn spelling(&self, id: u32) -> &[u8] {
        let (start, end) = self.spellings.get(id as usize).copied().unwrap_or_default();
        self.spelled.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The name of this id.
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let start = if id == 0 {
            0
        } else {
            self.ends.get(id - 1).copied().unwrap_or(0)
        };
        let end = self.ends.get(id).copied().unwrap_or(start);
        self.block.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Whether it is the name of the attribute `id` (RFC 7643 section 2.1: in any case).
    pub(crate) fn is_id(&self, id: u32) -> bool {
        self.called_id.contains(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn block(&self) -> &[u8] {
        &self.block
    }

    /// The offset in the block at which each name ends.
    pub(crate) fn ends(&self) -> &[u32] {
        &self.ends
    }
}

/// `starts_with` by whole words: names are short, and to call `memcmp` takes longer than to compare them.
#[inline]
fn begins(json: &[u8], spelled: &[u8]) -> bool {
    let Some(json) = json.get(..spelled.len()) else {
        return false;
    };
    if let (Some(a), Some(b)) = (json.last_chunk::<8>(), spelled.last_chunk::<8>()) {
        let words = json.as_chunks::<8>().0.iter().zip(spelled.as_chunks::<8>().0);
        return u64::from_ne_bytes(*a) == u64::from_ne_bytes(*b)
            && words
                .into_iter()
                .all(|(a, b)| u64::from_ne_bytes(*a) == u64::from_ne_bytes(*b));
    }
    if let (Some(a), Some(b)) = (json.last_chunk::<4>(), spelled.last_chunk::<4>())
        && let (Some(c), Some(d)) = (json.first_chunk::<4>(), spelled.first_chunk::<4>())
    {
        return u32::from_ne_bytes(*a) == u32::from_ne_bytes(*b)
            && u32::from_ne_bytes(*c) == u32::from_ne_bytes(*d);
    }
    json.iter().eq(spelled)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_id_whatever_comes_between() {
        let mut names = Names::default();
        let ids: Vec<u32> = ["id", "userName", "id", "", "userName", "Id", "id", "id", ""]
            .iter()
            .map(|n| names.intern(Context::FIRST, n).unwrap())
            .collect();
        assert_eq!(ids, [0, 1, 0, 2, 1, 3, 0, 0, 2]);
        assert_eq!(names.block(), b"iduserNameId");
        assert_eq!(names.ends(), [2, 10, 10, 12]);
    }

    #[test]
    fn a_name_is_expected_where_it_came_before() {
        let mut names = Names::default();
        let type_ = names.intern(Context::FIRST, "type").unwrap();
        let quoted = names.intern(Context::FIRST, "a\"b").unwrap();
        let mut expected = |context, json: &[u8]| names.expected(context, json);
        assert_eq!(expected(Context::FIRST, b"type\":1"), Some((type_, 6)));
        assert_eq!(expected(Context::FIRST, b"types\":1"), None);
        assert_eq!(expected(Context::FIRST, b"type\" :1"), None);
        assert_eq!(expected(Context::FIRST, b"typ"), None);
        assert_eq!(expected(Context::FIRST, b"a\"b\":1"), None);
        assert_eq!(expected(Context::behind(quoted), b"type\":1"), None);
        assert_eq!(expected(Context::inside(u32::MAX - 1), b"type\":1"), None);
    }

    #[test]
    fn the_table_is_bounded() {
        let mut names = Names::default();
        assert!(
            names
                .intern(Context::FIRST, &"x".repeat(limits::NAME_BYTES + 1))
                .is_err()
        );
        for i in 0..limits::NAMES {
            names.intern(Context::FIRST, &i.to_string()).unwrap();
        }
        assert!(names.intern(Context::FIRST, "one more").is_err());
        assert!(names.intern(Context::FIRST, "7").is_ok());
    }
}
