//! The other process: an emulator whose secrets are its own.

use std::io::{Read, Write};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use scim_emulator::{Emulator, EmulatorConfig};

pub(crate) fn certificate(name: &str) -> String {
    format!(
        "{}/../scim-client/tests/certificates/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Writes where the emulator is, as a line of JSON, and runs until standard input ends.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let der = CertificateDer::from_pem_file(certificate("rsa.pem")).unwrap();
    let config = EmulatorConfig {
        users: 250,
        client_secret: std::env::var("PSSCIM_TEST_SECRET").unwrap(),
        certificates: vec![der.as_ref().to_vec()],
        static_tokens: vec![std::env::var("PSSCIM_TEST_TOKEN").unwrap()],
        ..EmulatorConfig::default()
    };
    let emulator = runtime.block_on(Emulator::start(config)).unwrap();
    let line = serde_json::json!({
        "baseUri": emulator.base_uri(), "authority": emulator.authority(),
        "tenantId": emulator.tenant_id(), "clientId": emulator.client_id(),
    });
    println!("{line}");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
