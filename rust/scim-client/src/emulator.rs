//! Says once that a connection leads to the emulator, for whoever didn't ask for it: a script that was meant for a real
//! directory must not seem to have done its work.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::event::{Event, Observer};
use crate::http::Answer;

/// The header that every answer of the emulator has.
pub(crate) const HEADER: &str = "x-scim-emulator";

/// Whether that was said already, or isn't needed.
#[derive(Debug, Default)]
pub(crate) struct Notice(AtomicBool);

impl Notice {
    /// `expected`: whether the caller asked for the emulator.
    pub(crate) fn new(expected: bool) -> Self {
        Self(expected.into())
    }

    /// Looks at the head of an answer.
    pub(crate) fn hear(&self, answer: &Answer, observer: &dyn Observer) {
        // A refused sign-in leads nowhere yet.
        let succeeded = (200..300).contains(&answer.status);
        if answer.is_emulator && succeeded && !self.0.swap(true, Relaxed) {
            observer.event(Event::Warning(format!(
                "{} is PSScim's emulator and not a directory: its users are made up. Use Connect-Scim -Emulator if that is what you want.",
                answer.host
            )));
        }
    }
}
