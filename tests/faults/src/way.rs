//! The way from a client to an emulator: a proxy before the service, one before the sign-in, and the names of both. All
//! of them break what their plans say.

use std::io;

use scim_client::config::CredentialKind;
use scim_client::{Config, NetworkConfig, Secret, Session};
use scim_emulator::Emulator;

use crate::fault::Plan;
use crate::names::Names;
use crate::proxy::FaultProxy;
use crate::report::Report;
use crate::tls::Identity;

/// What a way breaks.
#[derive(Debug)]
pub struct Plans {
    /// On the way to the service.
    pub service: Plan,
    /// On the way to the sign-in.
    pub sign_in: Plan,
    /// In looking up the names of both.
    pub names: Plan,
}

impl Plans {
    /// The plans of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            service: Plan::of(seed),
            sign_in: Plan::of(!seed),
            names: Plan::of(seed),
        }
    }
}

/// A way with faults. It ends when it is dropped.
pub(crate) struct Way {
    service: FaultProxy,
    sign_in: FaultProxy,
    names: Names,
    certificate: Option<String>,
}

impl Way {
    /// A way to `emulator`, with TLS where the proxies have an identity.
    pub(crate) async fn to(emulator: &Emulator, plans: Plans, tls: Option<&Identity>) -> io::Result<Self> {
        let acceptor = tls.map(|identity| identity.acceptor.clone());
        Ok(Self {
            service: FaultProxy::start(emulator.authority(), plans.service, acceptor.clone()).await?,
            sign_in: FaultProxy::start(emulator.authority(), plans.sign_in, acceptor).await?,
            names: Names::new(plans.names),
            certificate: tls.map(|identity| identity.certificate.clone()),
        })
    }

    /// Connects over it. The limit of time is short, so that a run takes little.
    pub(crate) fn connect(&self, emulator: &Emulator, retries: u32) -> io::Result<Session> {
        self.connect_within(emulator, retries, 1)
    }

    /// Connects over it when nothing goes wrong any more, with as much time as a busy machine takes.
    pub(crate) fn connect_calmly(&self, emulator: &Emulator) -> io::Result<Session> {
        self.connect_within(emulator, 2, 60)
    }

    fn connect_within(&self, emulator: &Emulator, retries: u32, seconds: u64) -> io::Result<Session> {
        let network = NetworkConfig {
            certificate_authority: self.certificate.clone(),
            resolver: Some(self.names.resolver()),
            ..NetworkConfig::default()
        };
        let addresses = (self.service.authority(), self.sign_in.authority());
        connect(emulator, addresses, network, seconds, retries)
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn calm(&self) {
        self.service.calm();
        self.sign_in.calm();
        self.names.calm();
    }

    /// Adds what went wrong so far.
    pub(crate) fn tell(&self, report: &mut Report) {
        report.strikes(&self.service.struck());
        report.strikes(&self.sign_in.struck());
        report.strikes(&self.names.struck());
    }
}

/// Connects to the emulator itself, where nothing goes wrong; on a busy machine it may take its time.
pub(crate) fn straight(emulator: &Emulator) -> io::Result<Session> {
    let address = emulator.authority().to_owned();
    connect(
        emulator,
        (address.clone(), address),
        NetworkConfig::default(),
        60,
        2,
    )
}

fn connect(
    emulator: &Emulator,
    (service, authority): (String, String),
    network: NetworkConfig,
    timeout_seconds: u64,
    retries: u32,
) -> io::Result<Session> {
    let config = Config {
        base_uri: Some(format!("{service}/rp/scim")),
        authority: Some(authority),
        tenant_id: Some(emulator.tenant_id().to_owned()),
        client_id: Some(emulator.client_id().to_owned()),
        credential: CredentialKind::ClientSecret,
        timeout_seconds: Some(timeout_seconds),
        maximum_retry_count: Some(retries),
        retry_interval_milliseconds: Some(1),
        network,
        ..Config::default()
    };
    let secret = Secret::new(emulator.client_secret().as_bytes().to_vec());
    Session::open(config, secret).map_err(io::Error::other)
}
