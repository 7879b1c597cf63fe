//! The emulator in this process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scim_client::{Error, Kind};
use scim_emulator::{Emulator, EmulatorConfig, Quirk};
use serde::{Deserialize, Serialize};

use crate::handle::Table;
use crate::op::{Op, Reply};
use crate::panic::{guard, guard_state};
use crate::runtime;
use crate::session::record;
use crate::types::{ScimSlice, ScimState};

/// Running emulators; inside is None once one was stopped.
static EMULATORS: Table<Mutex<Option<Emulator>>> = Table::new();

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct StartConfig {
    users: Option<usize>,
    groups: Option<usize>,
    port: u16,
    latency_milliseconds: u64,
    seed: Option<u64>,
    /// Registered with the application: DER in base64.
    certificates: Vec<String>,
    /// Application permissions in the tokens. Left out: all.
    roles: Option<Vec<String>>,
    /// The tenant that it plays. Left out: always the same.
    tenant_id: Option<String>,
    /// In what the plain SCIM server differs from the RFCs.
    quirks: Vec<String>,
    /// Seconds that tokens are good for.
    token_lifetime_seconds: Option<u64>,
}

/// Where the emulator is, and as whom to sign in to it: its secret is no secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Started<'a> {
    base_uri: &'a str,
    plain_base_uri: &'a str,
    authority: &'a str,
    tenant_id: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    control_token: &'a str,
    users: usize,
    groups: usize,
}

/// Starts an emulator in this process, on loopback: `config` is the JSON of `StartConfig`. One reply: a record that
/// says where it is, and the emulator's handle, to be freed by `scim_emulator_free`.
///
/// # Safety
/// `config` must be readable during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn scim_op_emulator(config: ScimSlice) -> usize {
    guard(0, || {
        // SAFETY: by this function's own contract.
        let asked = match unsafe { config.json::<StartConfig>() } {
            Ok(asked) => asked,
            Err(error) => return Op::failed(error),
        };
        Op::start(|op| async move {
            let defaults = EmulatorConfig::default();
            let certificates = asked
                .certificates
                .iter()
                .map(|text| STANDARD.decode(text))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|e| Error::new(Kind::EmulatorFailed, format!("-Certificate can't be read: {e}.")))?;
            let quirks = asked
                .quirks
                .iter()
                .map(|name| name.parse())
                .collect::<Result<Vec<Quirk>, String>>()
                .map_err(|e| Error::new(Kind::EmulatorFailed, format!("-Quirk: {e}.")))?;
            let config = EmulatorConfig {
                quirks,
                users: asked.users.unwrap_or(defaults.users),
                groups: asked.groups.unwrap_or(defaults.groups),
                port: asked.port,
                latency: Duration::from_millis(asked.latency_milliseconds),
                seed: asked.seed.unwrap_or(defaults.seed),
                certificates,
                roles: asked.roles.unwrap_or(defaults.roles),
                token_lifetime_seconds: asked
                    .token_lifetime_seconds
                    .unwrap_or(defaults.token_lifetime_seconds),
                tenant_id: asked.tenant_id.unwrap_or(defaults.tenant_id),
                ..defaults
            };
            let (users, groups, port) = (config.users, config.groups, config.port);
            let emulator = Emulator::start(config).await.map_err(|e| {
                Error::new(
                    Kind::EmulatorFailed,
                    format!("The emulator couldn't start on port {port}: {e}."),
                )
            })?;
            let reply = record(&Started {
                base_uri: emulator.base_uri(),
                plain_base_uri: &emulator.plain_base_uri(),
                authority: emulator.authority(),
                tenant_id: emulator.tenant_id(),
                client_id: emulator.client_id(),
                client_secret: emulator.client_secret(),
                control_token: emulator.control_token(),
                users,
                groups,
            })?;
            let handle = EMULATORS.insert(Mutex::new(Some(emulator)).into());
            op.give(Reply { handle, ..reply }).await;
            Ok(())
        })
    })
}

/// Stops an emulator and closes its sockets. A second call, or 0, answers `Invalid`.
#[unsafe(no_mangle)]
pub extern "C" fn scim_emulator_free(emulator: usize) -> ScimState {
    guard_state(|| {
        let Some(slot) = EMULATORS.remove(emulator) else {
            return ScimState::Invalid;
        };
        let running = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(running), Ok(runtime)) = (running, runtime::get()) {
            runtime.block_on(running.stop());
        }
        ScimState::Done
    })
}
