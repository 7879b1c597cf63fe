//! A proxy that breaks what passes through it, by a plan that follows from a seed, and runs of PSScim's client behind it
//! that hold what must hold (docs/reliability.md). A run that fails is had again by its seed:
//! `cargo run --release -p scim-faults -- lists --first SEED --seeds 1`.

pub mod fault;
pub mod lists;
mod message;
pub mod names;
pub mod proxy;
pub mod report;
pub mod seeds;
mod state;
mod step;
pub mod tls;
pub mod way;
pub mod writes;
