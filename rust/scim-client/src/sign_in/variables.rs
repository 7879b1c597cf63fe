//! The environment variables that sign-in reads. They come from the caller: what PowerShell sets by `$env:` stays within
//! .NET on Unix and never reaches this library's own environment. Some are secrets, so all are kept like one.

use crate::config::Secret;
use crate::error::Error;

/// `NAME=value` after `NAME=value`, each ended by a NUL, as Windows keeps an environment block.
#[derive(Debug)]
pub(crate) struct Variables(Secret);

impl Variables {
    pub(crate) fn new(block: Secret) -> Self {
        Self(block)
    }

    /// The value of one; None where it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.verbatim(name)?)
            .ok()
            .map(str::trim)
            .filter(|v| !v.is_empty())
    }

    /// The same to the letter, as a password has to be; None where it is missing.
    pub(crate) fn verbatim(&self, name: &str) -> Option<&[u8]> {
        let mut entries = self.0.bytes().split(|byte| *byte == 0);
        entries.find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    }

    /// The value of one that must be there; `for_what` ends the sentence.
    pub(crate) fn required(&self, name: &str, for_what: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| {
            crate::config::invalid(format!("The environment variable {name} isn't set. {for_what}."))
        })
    }

    /// The same, as a secret.
    pub(crate) fn secret(&self, name: &str, for_what: &str) -> Result<Secret, Error> {
        Ok(Secret::new(self.required(name, for_what)?.as_bytes().to_vec()))
    }
}
