//! From a page to the page of those of its records that pass, with the same names. Nothing is parsed again: records are
//! copied as they stand, or without the members that are taken out.

use super::extra::Strip;
use crate::page::{HEADER, MAGIC, Page};
use crate::record::{Record, Records};

/// The page of the records that `keep` keeps, each without what `strip` takes out.
pub(super) fn sift(page: Page, strip: Option<&Strip>, mut keep: impl FnMut(Record<'_>) -> bool) -> Page {
    let Some(records) = Records::open(&page.buffer) else {
        return page;
    };
    // Where each record stands among those that are kept.
    let mut places = Vec::new();
    let mut kept: Vec<Record<'_>> = Vec::with_capacity(page.count);
    for record in records.iter() {
        let keeps = keep(record);
        if !page.incomplete.is_empty() {
            places.push(keeps.then_some(kept.len()));
        }
        if keeps {
            kept.push(record);
        }
    }
    if kept.len() == page.count && strip.is_none() {
        return page;
    }
    match excerpt(records, &kept, strip) {
        Some(buffer) => {
            let mut incomplete = page.incomplete;
            for each in &mut incomplete {
                each.record = each
                    .record
                    .and_then(|record| places.get(record).copied().flatten());
            }
            Page {
                count: kept.len(),
                buffer,
                incomplete,
                ..page
            }
        }
        None => page,
    }
}

/// A page buffer (docs/records.md) of these records.
fn excerpt(records: Records<'_>, kept: &[Record<'_>], strip: Option<&Strip>) -> Option<Vec<u8>> {
    let tables = records.tables()?;
    let room = HEADER + kept.iter().map(|record| record.bytes().len() + 4).sum::<usize>();
    let mut out =
        Vec::with_capacity(room + 4 + tables.name_bounds.len() + tables.top.len() + tables.names.len());
    out.resize(HEADER, 0);
    let mut offsets = Vec::with_capacity(kept.len() + 1);
    for record in kept {
        offsets.push(out.len());
        match strip {
            Some(strip) => strip.write(*record, &mut out),
            None => out.extend_from_slice(record.bytes()),
        }
    }
    offsets.push(out.len());
    let records_at = out.len();
    for offset in &offsets {
        put(&mut out, *offset);
    }
    let names_at = out.len();
    let names_start = names_at + tables.name_bounds.len() + tables.top.len();
    let bounds = || tables.name_bounds.chunks_exact(4).filter_map(number);
    let moved_from = bounds().next()?;
    for bound in bounds() {
        put(&mut out, names_start + bound - moved_from);
    }
    let top_at = out.len();
    // Names of records that are gone stay in the list: what a list's resources may have, it says, not what each has.
    out.extend_from_slice(tables.top);
    out.extend_from_slice(tables.names);
    let header = [
        MAGIC as usize,
        out.len(),
        kept.len(),
        records_at,
        tables.name_bounds.len() / 4 - 1,
        names_at,
        tables.top.len() / 4,
        top_at,
    ];
    for (slot, value) in out.chunks_exact_mut(4).zip(header) {
        slot.copy_from_slice(&(value as u32).to_le_bytes());
    }
    Some(out)
}

fn put(out: &mut Vec<u8>, value: usize) {
    out.extend_from_slice(&(value as u32).to_le_bytes());
}

fn number(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
}
