//! Secrets in memory that is wiped.

use zeroize::Zeroizing;

/// A secret that is wiped when it is dropped and has no text form.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Whoever copies them wipes the copy.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Everything secret that a connection is made of.
#[derive(Debug)]
pub struct Secrets {
    /// What [`crate::config::Config::credential`] says.
    pub sign_in: Secret,
    /// Those of the network, `name=value` with a NUL behind each: `proxyPassword`, `clientCertificatePassword`,
    /// `clientCertificate` (an unprotected PFX in base64), and the environment's proxy variables by their own names,
    /// since a proxy's address may hold a password.
    pub network: Secret,
}

impl From<Secret> for Secrets {
    fn from(sign_in: Secret) -> Self {
        Self {
            sign_in,
            network: Secret::new(Vec::new()),
        }
    }
}
