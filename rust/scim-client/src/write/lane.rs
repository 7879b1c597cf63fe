//! Changes of one object one after another, however many are in flight: each waits for the one before it.

use std::collections::HashMap;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::change::Target;

/// Above so many objects, those whose changes have ended are forgotten.
const KEPT: usize = 1024;

/// The last change of each object that has one in flight.
#[derive(Debug, Default)]
pub(super) struct Lanes(HashMap<Lane, CancellationToken>);

/// Which object, as far as the change itself says.
type Lane = Target;

/// A place behind the change before of the same object. Dropped, it lets the next one go.
#[derive(Debug)]
pub(super) struct Turn {
    before: Option<CancellationToken>,
    _ended: DropGuard,
}

impl Lanes {
    /// The next place of an object's lane. New objects stand in nobody's way.
    pub(super) fn queue(&mut self, target: Option<&Target>) -> Turn {
        let ended = CancellationToken::new();
        if self.0.len() >= KEPT {
            self.0.retain(|_, last| !last.is_cancelled());
        }
        let lane = target.filter(|target| !matches!(target, Target::All(_)));
        Turn {
            before: lane.and_then(|lane| self.0.insert(lane.clone(), ended.clone())),
            _ended: ended.drop_guard(),
        }
    }
}

impl Turn {
    pub(super) async fn come(&self) {
        if let Some(before) = &self.before {
            before.cancelled().await;
        }
    }
}
