//! What an emulator is started with.

use std::path::PathBuf;
use std::time::Duration;

use crate::faults::Fault;
use crate::quirks::Quirk;

/// How an emulator is to behave. [`Default`] gives a small tenant without faults.
#[derive(Debug, Clone)]
pub struct EmulatorConfig {
    /// Generated users.
    pub users: usize,
    /// Generated groups. The first are everyone, the 12 departments and the 20 offices; the rest are projects.
    pub groups: usize,
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Waited before each request is handled, those for tokens included.
    pub latency: Duration,
    /// The same seed gives the same directory, with the same ids.
    pub seed: u64,
    /// The only tenant that the token endpoint knows (besides `contoso.com` as another name for it).
    pub tenant_id: String,
    /// The only application that the token endpoint knows.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Certificates, in DER and without their keys, that are registered with the application.
    pub certificates: Vec<Vec<u8>>,
    /// The subject that the application's federated credential names; its issuer is the emulator's own.
    pub federated_subject: String,
    /// Where the Azure Arc endpoint writes its key file. Without one it names a file in the documented folder, and
    /// writes none.
    pub arc_key_folder: Option<PathBuf>,
    /// Lifetime of issued tokens in seconds, as `expires_in` says it.
    pub token_lifetime_seconds: u64,
    /// When to renew a token, in seconds from its issue, as `refresh_in` says it. Without one the answer has none.
    pub refresh_in_seconds: Option<u64>,
    /// Bearer tokens that are taken besides issued ones, with all roles.
    pub static_tokens: Vec<String>,
    /// Graph application permissions put in issued tokens; requests beyond them get 403.
    pub roles: Vec<String>,
    /// Most requests a second before 429, or `None` for no throttling.
    pub throttle: Option<Throttle>,
    /// Age at which a cursor is refused with `expiredCursor`; `None` for never.
    pub cursor_lifetime: Option<Duration>,
    /// Whether answers are gzipped for clients that ask for it. Off, so that benchmarks measure bytes, not zlib.
    pub compress: bool,
    /// Most bytes of rendered pages to keep for further requests of the same page; 0 keeps none.
    pub page_cache_bytes: usize,
    /// In what the plain SCIM server differs from the RFCs.
    pub quirks: Vec<Quirk>,
    /// Faults from the start; more can be injected while it runs.
    pub faults: Vec<Fault>,
    /// What `meta.location` starts with, when clients reach the emulator by another address than its own, such
    /// as through a TLS server. Up to and including `/rp/scim`.
    pub public_base_uri: Option<String>,
}

/// A limit on requests for SCIM resources.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    /// Requests let through in each second.
    pub requests_per_second: u32,
    /// Seconds that `Retry-After` asks for.
    pub retry_after_seconds: u32,
}

/// All permissions that the API knows and the emulator checks.
pub(crate) const ALL_ROLES: [&str; 4] = [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "CustomSecAttributeAssignment.ReadWrite.All",
];

impl Default for EmulatorConfig {
    fn default() -> Self {
        EmulatorConfig {
            users: 1000,
            groups: 50,
            port: 0,
            latency: Duration::ZERO,
            seed: 1,
            tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee".into(),
            client_id: "00001111-aaaa-2222-bbbb-3333cccc4444".into(),
            client_secret: "emulator-secret".into(),
            certificates: Vec::new(),
            federated_subject: "repo:contoso/identity:ref:refs/heads/main".into(),
            arc_key_folder: None,
            token_lifetime_seconds: 3599,
            refresh_in_seconds: None,
            static_tokens: Vec::new(),
            roles: ALL_ROLES.map(str::to_owned).to_vec(),
            throttle: None,
            cursor_lifetime: None,
            compress: false,
            page_cache_bytes: 0,
            quirks: Vec::new(),
            faults: Vec::new(),
            public_base_uri: None,
        }
    }
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The port is taken or may not be used.
    #[error("the emulator cannot listen on 127.0.0.1:{port}: {source}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// More users or groups than indexes hold.
    #[error("the emulator holds at most {limit} {what}, {asked} were asked for")]
    TooMany {
        /// `users` or `groups`.
        what: &'static str,
        /// The number asked for.
        asked: usize,
        /// The largest number possible.
        limit: usize,
    },
    /// Started outside a tokio runtime.
    #[error("the emulator must be started within a tokio runtime")]
    NoRuntime,
}
