//! Handles: numbers that stand for things, never pointers. A number is used once in the life of the process, so a null,
//! a freed, or an invented handle finds nothing, and a second free finds nothing to free.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use once_cell::sync::Lazy;

/// The things of one kind that are alive.
pub(crate) struct Table<T>(Lazy<RwLock<HashMap<usize, Arc<T>>>>);

/// Shared by all tables, so that a handle of one kind is never valid as another.
static NEXT: AtomicUsize = AtomicUsize::new(1);

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(Lazy::new(RwLock::default))
    }

    pub(crate) fn insert(&self, thing: Arc<T>) -> usize {
        let handle = NEXT.fetch_add(1, Ordering::Relaxed);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(handle, thing);
        handle
    }

    pub(crate) fn get(&self, handle: usize) -> Option<Arc<T>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&handle)
            .cloned()
    }

    pub(crate) fn remove(&self, handle: usize) -> Option<Arc<T>> {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&handle)
    }
}
