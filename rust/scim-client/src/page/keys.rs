//! By what the resources of one response are told apart, so that a response whose end was lost can be asked for again
//! and none of them is given twice.

use std::collections::HashSet;

use crate::names::Names;
use crate::page::tag;

/// The ids of the resources of one response, in order.
#[derive(Debug, Default)]
pub(super) struct Keys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// Stands before the record of a resource that has no id: its whole record then tells it from others. No value of a
/// record begins with this byte.
const NAMELESS: u8 = 0xFF;

impl Keys {
    pub(super) fn clear(&mut self) {
        self.truncate(0);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn truncate(&mut self, count: usize) {
        self.ends.truncate(count);
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Adds an id, as the value that it is in its record.
    pub(super) fn add(&mut self, value: &[u8], names: &Names) {
        match value {
            // What a name is called lasts longer than its number.
            [tag::NAME, rest @ ..] => {
                let id = rest
                    .iter()
                    .rev()
                    .fold(0u64, |id, byte| id << 7 | u64::from(byte & 0x7f));
                self.bytes.push(tag::NAME);
                self.bytes.extend_from_slice(names.bytes(id as u32));
            }
            _ => self.bytes.extend_from_slice(value),
        }
        self.ends.push(self.bytes.len());
    }

    pub(super) fn add_nameless(&mut self, record: &[u8]) {
        self.bytes.push(NAMELESS);
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    fn get(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.ends.get(index - 1).copied().unwrap_or(0),
        };
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(super) fn last(&self) -> &[u8] {
        self.get(self.len().saturating_sub(1))
    }

    pub(super) fn set(&self) -> HashSet<Box<[u8]>> {
        (0..self.len()).map(|i| self.get(i).into()).collect()
    }

    /// A sum of the first `count` of them that is the same in every process (FNV-1a).
    pub(super) fn sum(&self, count: usize) -> u32 {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |byte: u8| sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        for i in 0..count.min(self.len()) {
            let key = self.get(i);
            // A record holds numbers of names, which another process counts in another order.
            let key = if key.first() == Some(&NAMELESS) {
                &[NAMELESS]
            } else {
                key
            };
            key.iter().copied().for_each(&mut add);
            add(0);
        }
        (sum ^ (sum >> 32)) as u32
    }
}
