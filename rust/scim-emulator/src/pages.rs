//! Rendered pages, kept for when the same page is asked for again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::schema::Kind;

type Key = (Kind, String);

/// A bounded store of pages of one state of the directory; the oldest page goes first.
#[derive(Debug)]
pub(crate) struct Pages {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    bytes: usize,
    pages: HashMap<Key, Bytes>,
    order: VecDeque<Key>,
}

impl Pages {
    pub(crate) fn new(limit: usize) -> Self {
        Pages {
            limit,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn get(&self, generation: u64, kind: Kind, query: &str) -> Option<Bytes> {
        if self.limit == 0 {
            return None;
        }
        let kept = self.lock();
        (kept.generation == generation)
            .then(|| kept.pages.get(&(kind, query.to_owned())).cloned())
            .flatten()
    }

    pub(crate) fn put(&self, generation: u64, kind: Kind, query: &str, page: &Bytes) {
        if page.len() > self.limit {
            return;
        }
        let mut kept = self.lock();
        if kept.generation != generation {
            *kept = Kept {
                generation,
                ..Kept::default()
            };
        }
        let key = (kind, query.to_owned());
        if kept.pages.insert(key.clone(), page.clone()).is_some() {
            return;
        }
        kept.bytes += page.len();
        kept.order.push_back(key);
        while kept.bytes > self.limit {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            if let Some(page) = kept.pages.remove(&oldest) {
                kept.bytes -= page.len();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
