//! Addresses that a token or password may travel to: encrypted, or this machine itself.

use std::net::IpAddr;

use url::Url;

use crate::config::invalid;
use crate::error::{Error, Kind};

/// How an address may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// https, or http to this machine itself.
    Encrypted,
    /// The same, and a query may be part of the address.
    WithQuery,
    /// http to a link-local address too: where Azure puts the endpoints of managed identities.
    IdentityEndpoint,
    /// http to anywhere: the caller insists.
    Any,
}

/// An address that tokens may be sent to.
pub(crate) fn address(text: &str, parameter: &str, transport: Transport) -> Result<Url, Error> {
    let url = Url::parse(text.trim())
        .map_err(|e| invalid(format!("{parameter} '{text}' isn't a valid address: {e}.")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(invalid(format!(
            "{parameter} '{text}' isn't an http or https address."
        )));
    }
    // Neither is quoted: they may be secrets.
    if !url.username().is_empty() || url.password().is_some() {
        let message = format!("{parameter} contains a user name or password before the host.");
        return Err(Error::new(Kind::AddressHoldsCredentials, message));
    }
    let query = url.query().is_some() && transport != Transport::WithQuery;
    if query || url.fragment().is_some() {
        let bare = text.split(['?', '#']).next().unwrap_or_default();
        let message = format!("{parameter} contains a query or a fragment after '{bare}'.");
        return Err(Error::new(Kind::AddressHoldsQuery, message));
    }
    let near = is_loopback(&url) || (transport == Transport::IdentityEndpoint && is_link_local(&url));
    if url.scheme() == "http" && !near && transport != Transport::Any {
        let message = format!("{parameter} '{text}' isn't encrypted, so PSScim doesn't send a token to it.");
        return Err(Error::new(Kind::UnencryptedTransport, message));
    }
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// 169.254.0.0/16 (RFC 3927): never routed, so it cannot leave the host and its hypervisor.
fn is_link_local(url: &Url) -> bool {
    matches!(url.host(), Some(url::Host::Ipv4(ip)) if ip.is_link_local())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_encrypted_or_not_at_all() {
        for (text, kind) in [
            ("http://scim.example.org", Kind::UnencryptedTransport),
            ("http://127.0.0.1.example.org", Kind::UnencryptedTransport),
            ("http://169.254.169.254", Kind::UnencryptedTransport),
            ("ftp://example.org", Kind::InvalidConfiguration),
            ("https://user:pw@example.org", Kind::AddressHoldsCredentials),
            ("https://example.org/scim?x=1", Kind::AddressHoldsQuery),
            ("https://example.org/scim#x", Kind::AddressHoldsQuery),
            ("example.org", Kind::InvalidConfiguration),
        ] {
            let error = address(text, "-BaseUri", Transport::Encrypted).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}");
        }
        for text in [
            "https://scim.example.org",
            "http://127.0.0.1:8080/scim",
            "http://[::1]/scim",
            "http://localhost/scim",
        ] {
            assert!(address(text, "-BaseUri", Transport::Encrypted).is_ok(), "{text}");
        }
        assert!(address("http://scim.example.org", "-BaseUri", Transport::Any).is_ok());
        assert!(address("http://169.254.169.254", "", Transport::IdentityEndpoint).is_ok());
        assert!(address("http://10.0.0.1", "", Transport::IdentityEndpoint).is_err());
        assert!(address("https://example.org?x=1", "", Transport::WithQuery).is_ok());
    }
}
