//! An Entra-like SCIM 2.0 service on loopback: to try the client at no cost, to test it, and to measure it.
//!
//! It enforces the rules of Microsoft Entra ID's SCIM API: page sizes, cursors, filters, headers, errors, what
//! can be written and how. Its directory is generated from a seed and takes no memory until it is written to.
//! Under another path it is a plain SCIM server, with the quirks of others on demand ([`Quirk`]).
//! Beside the SCIM endpoints it plays the identity side: the token endpoint, managed identities, an outside issuer.
#![forbid(unsafe_code)]

mod app;
mod assertions;
mod assign;
mod config;
mod create;
mod directory;
mod endpoints;
mod faults;
mod filter;
mod identity;
mod issuer;
mod mishap;
mod names;
mod pages;
mod patch;
mod people;
mod plain;
mod projection;
mod query;
mod quirks;
mod render;
mod scan;
mod schema;
mod server;
mod stats;
mod teams;
mod template;
mod token;
mod user_template;
mod values;
mod wire;
mod world;

pub use config::{EmulatorConfig, EmulatorError, Throttle};
pub use faults::{Fault, FaultAction};
pub use identity::IDENTITY_HEADER;
pub use issuer::JOB_TOKEN;
pub use quirks::Quirk;
pub use server::{Emulator, app};
pub use stats::EmulatorStats;
