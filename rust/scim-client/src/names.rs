//! The attribute names of one list, each written once and known by a small number afterwards.

use std::collections::HashMap;

use crate::limits;

/// An append-only table of names. Ids count from 0 in the order of first appearance and are stable for the table's
/// life, so that pages of one list share them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Box<str>, u32>,
    /// All names one after another: the page's name block.
    block: Vec<u8>,
    /// Where each name ends in the block.
    ends: Vec<u32>,
    /// `follower[id]`: the name that last came after `id`. Members of resources come in the same order again and
    /// again, so one comparison with the expected name stands in for hashing, for nearly every member.
    follower: Vec<u32>,
    last: usize,
}

/// The table is full: see [`limits::NAMES`] and [`limits::ALL_NAMES_BYTES`], or the name is too long.
#[derive(Debug)]
pub(crate) struct Full;

impl Names {
    /// The id of `name`, which is added when new.
    pub(crate) fn intern(&mut self, name: &str) -> Result<u32, Full> {
        if let Some(&expected) = self.follower.get(self.last)
            && self.bytes(expected) == name.as_bytes()
        {
            self.last = expected as usize;
            return Ok(expected);
        }
        let id = match self.ids.get(name) {
            Some(&id) => id,
            None => self.add(name)?,
        };
        if let Some(slot) = self.follower.get_mut(self.last) {
            *slot = id;
        }
        self.last = id as usize;
        Ok(id)
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
        self.follower.push(id);
        Ok(id)
    }

    fn bytes(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let start = if id == 0 {
            0
        } else {
            self.ends.get(id - 1).copied().unwrap_or(0)
        };
        let end = self.ends.get(id).copied().unwrap_or(start);
        self.block.get(start as usize..end as usize).unwrap_or_default()
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_id_whatever_comes_between() {
        let mut names = Names::default();
        let ids: Vec<u32> = ["id", "userName", "id", "", "userName", "Id", "id", "id", ""]
            .iter()
            .map(|n| names.intern(n).unwrap())
            .collect();
        assert_eq!(ids, [0, 1, 0, 2, 1, 3, 0, 0, 2]);
        assert_eq!(names.block(), b"iduserNameId");
        assert_eq!(names.ends(), [2, 10, 10, 12]);
    }

    #[test]
    fn the_table_is_bounded() {
        let mut names = Names::default();
        assert!(names.intern(&"x".repeat(limits::NAME_BYTES + 1)).is_err());
        for i in 0..limits::NAMES {
            names.intern(&i.to_string()).unwrap();
        }
        assert!(names.intern("one more").is_err());
        assert!(names.intern("7").is_ok());
    }
}
