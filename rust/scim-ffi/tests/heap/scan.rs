//! Looking for bytes in this process's memory.

use std::fs::File;
use std::os::unix::fs::FileExt;

const MASK: u8 = 0xa5;
/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// Something to look for, kept under a mask.
pub(crate) struct Hidden {
    pub(crate) name: &'static str,
    masked: Vec<u8>,
}

impl Hidden {
    /// Takes the text over, so that the caller keeps none.
    pub(crate) fn new(name: &'static str, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        assert!(bytes.len() >= 16, "{name} is too short to be told from chance");
        let masked = bytes.iter().map(|b| b ^ MASK).collect();
        Self { name, masked }
    }

    fn is_at(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.masked.len() && self.masked.iter().zip(bytes).all(|(m, b)| m ^ MASK == *b)
    }
}

/// How often each is found in the memory that a program may write to: its heap, its data, its stacks.
pub(crate) fn count(all: &[Hidden]) -> Vec<usize> {
    let memory = File::open("/proc/self/mem").unwrap();
    let longest = all.iter().map(|h| h.masked.len()).max().unwrap_or_default();
    let mut found = vec![0; all.len()];
    let mut chunk = vec![0; CHUNK + longest];
    let own = chunk.as_ptr() as u64..chunk.as_ptr() as u64 + chunk.len() as u64;
    for (from, until) in regions() {
        let mut at = from;
        while at < until {
            let wanted = chunk.len().min((until - at) as usize);
            // A region may be gone since the list was made.
            let Ok(read) = memory.read_at(&mut chunk[..wanted], at) else {
                break;
            };
            if read == 0 {
                break;
            }
            for start in 0..read.min(CHUNK) {
                if own.contains(&(at + start as u64)) {
                    continue;
                }
                for (hidden, found) in all.iter().zip(&mut found) {
                    *found += usize::from(hidden.is_at(&chunk[start..read]));
                }
            }
            at += read.min(CHUNK) as u64;
        }
    }
    found
}

/// The regions of `/proc/self/maps` that can be read and written and are no file's.
fn regions() -> Vec<(u64, u64)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let lines = maps.lines().filter_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (range, access) = (fields.next()?, fields.next()?);
        let name = fields.nth(3).unwrap_or_default();
        if !access.starts_with("rw") || name.starts_with('/') {
            return None;
        }
        let (from, until) = range.split_once('-')?;
        let number = |hex| u64::from_str_radix(hex, 16).ok();
        Some((number(from)?, number(until)?))
    });
    lines.collect()
}
