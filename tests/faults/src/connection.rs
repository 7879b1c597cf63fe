//! A client's connection, by whatever way, to an emulator.

use std::io;

use scim_client::config::CredentialKind;
use scim_client::{Config, NetworkConfig, Secret, Session};
use scim_emulator::Emulator;

/// Connects at `service`, and signs in at `authority`, as the emulator's own application. The limits are short, so that a
/// run takes little time; to the emulator itself nothing happens, and on a busy machine it may take its time.
pub(crate) fn connect(
    emulator: &Emulator,
    service: &str,
    authority: &str,
    retries: u32,
    certificate: Option<String>,
) -> io::Result<Session> {
    let config = Config {
        base_uri: Some(format!("{service}/rp/scim")),
        authority: Some(authority.to_owned()),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential: CredentialKind::ClientSecret,
        timeout_seconds: Some(if service == emulator.authority() { 60 } else { 1 }),
        maximum_retry_count: Some(retries),
        retry_interval_milliseconds: Some(1),
        network: NetworkConfig {
            certificate_authority: certificate,
            ..NetworkConfig::default()
        },
        ..Config::default()
    };
    let secret = Secret::new(emulator.client_secret().as_bytes().to_vec());
    Session::open(config, secret).map_err(io::Error::other)
}
