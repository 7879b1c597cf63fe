//! A SCIM 2.0 client (RFC 7643, RFC 7644, RFC 9865), made for Microsoft Entra ID and fit for other servers: sign-in,
//! transport, paging, records, filters, errors. No unsafe code, no FFI.
#![forbid(unsafe_code)]

pub mod aadsts;
mod address;
mod ahead;
mod answer;
pub mod change;
mod check;
mod claims;
mod clock;
pub mod cloud;
pub mod config;
mod correlation;
pub mod error;
pub mod event;
mod export;
mod failure;
pub mod filter;
mod gate;
pub mod headers;
mod http;
mod json;
pub mod limits;
mod list;
mod meter;
mod names;
mod network;
pub mod page;
pub mod permissions;
mod place;
mod proxy;
pub mod record;
mod request;
mod search;
mod secret;
mod send;
mod session;
mod sign_in;
mod token;
mod trace;
pub mod write;

pub use ahead::Reader;
pub use check::{Check, Checks};
pub use claims::Claims;
pub use cloud::Endpoint;
pub use config::{Config, Secret, Secrets};
pub use error::{Error, Kind};
pub use export::{Export, ExportRequest, Exported, Format};
pub use list::{List, Query};
pub use meter::Stats;
pub use network::NetworkConfig;
pub use search::Search;
pub use session::{Description, Session};
