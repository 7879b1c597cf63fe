//! Explains why a request ended without a response: which side ended it, and why.

use std::error::Error as _;
use std::io;

use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use crate::error::{Error, Kind};

/// Makes an error from a failed request. `proxy`: the proxy in use. `early`: the time limit of the whole request wasn't
/// reached, so a timeout means that the server stopped sending.
pub(crate) fn of(error: &reqwest::Error, what: &str, proxy: Option<&str>, early: bool) -> Error {
    let url = error.url();
    let host = url.and_then(|u| u.host_str()).unwrap_or("the server");
    let encrypted = url.is_some_and(|u| u.scheme() == "https");
    let reason = innermost(error);
    let mut kind = None;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let (Some(inner), None) = (cause, kind) {
        kind = kind_of(inner);
        cause = inner.source();
    }
    let kind = kind.unwrap_or(match error.is_timeout() {
        true if early && !error.is_connect() => Kind::Stalled,
        true => Kind::Timeout,
        false => Kind::ConnectionLost,
    });
    // Without a tunnel, the connection goes to the proxy itself, so a failure to connect concerns the proxy.
    let kind = match (proxy, kind) {
        (Some(_), Kind::ConnectionRefused | Kind::NameNotFound | Kind::Timeout)
            if !encrypted && error.is_connect() =>
        {
            Kind::ProxyUnreachable
        }
        (_, kind) => kind,
    };
    let proxy = proxy.unwrap_or("on the way");
    let message = match kind {
        Kind::ProxyUnreachable => {
            format!("The proxy {proxy} can't be reached, so {what} wasn't sent: {reason}.")
        }
        Kind::ProxyAuthenticationRequired => return proxy_wants_credentials(proxy, what, host),
        Kind::ProxyRefused => {
            format!("The proxy {proxy} refused a tunnel to {host} for {what}.")
        }
        Kind::CertificateExpired => {
            format!("The certificate of {host} has expired or isn't valid yet: {reason}.")
        }
        Kind::CertificateNameMismatch => {
            format!("The certificate of {host} was issued for another host name: {reason}.")
        }
        Kind::CertificateUntrusted => format!(
            "The certificate of {host} is self-signed, or its authority isn't trusted on this computer: {reason}."
        ),
        Kind::ClientCertificateRefused => {
            format!("{host} requires a client certificate that it trusts, and ended {what}: {reason}.")
        }
        Kind::TlsVersionTooOld => format!("{host} doesn't support TLS 1.2 or later: {reason}."),
        Kind::TlsFailure => format!("The TLS connection to {host} failed for {what}: {reason}."),
        Kind::ConnectionRefused => {
            let port = url
                .and_then(reqwest::Url::port)
                .map_or(String::new(), |port| format!(":{port}"));
            format!("{host}{port} refused the connection for {what}: {reason}.")
        }
        Kind::NameNotFound => {
            format!("The host name {host} couldn't be resolved, so {what} wasn't sent: {reason}.")
        }
        Kind::Stalled => format!("{host} stopped sending in the middle of {what}."),
        Kind::Timeout => format!("{host} didn't respond to {what} in time."),
        _ => format!("The connection to {host} was lost during {what}: {reason}."),
    };
    Error::new(kind, message).with(|d| {
        d.unsent = error.is_connect();
        d.unreachable = error.is_connect() && (error.is_timeout() || is_unreachable(error));
        d.host = url.map(crate::http::host_of);
    })
}

/// Whether there is no way to the host.
fn is_unreachable(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && matches!(
                io.kind(),
                io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable
            )
        {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Status 407, in response to CONNECT or to the request itself.
pub(crate) fn proxy_wants_credentials(proxy: &str, what: &str, host: &str) -> Error {
    Error::new(
        Kind::ProxyAuthenticationRequired,
        format!("The proxy {proxy} requires a user name and password to send {what} to {host}."),
    )
    .with(|d| d.unsent = true)
}

/// Finds the kind from one cause. An `io::Error` hides what it wraps from the chain of sources, so look inside it.
fn kind_of(cause: &(dyn std::error::Error + 'static)) -> Option<Kind> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(of_tls(tls));
    }
    if let Some(io) = cause.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(Kind::ConnectionRefused),
            _ => io.get_ref().and_then(|inner| kind_of(inner)),
        };
    }
    // These errors have no public type.
    let text = cause.to_string();
    if let Some(tunnel) = text.strip_prefix("tunnel error: ") {
        return Some(match tunnel {
            "proxy authorization required" => Kind::ProxyAuthenticationRequired,
            "failed to create underlying connection" => Kind::ProxyUnreachable,
            _ => Kind::ProxyRefused,
        });
    }
    text.starts_with("dns error").then_some(Kind::NameNotFound)
}

fn of_tls(error: &rustls::Error) -> Kind {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Kind::CertificateExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Kind::CertificateNameMismatch
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Kind::CertificateUntrusted,
            // A certificate that signed itself as an authority, used as a server's.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                Kind::CertificateUntrusted
            }
            _ => Kind::TlsFailure,
        },
        Tls::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied => Kind::ClientCertificateRefused,
            AlertDescription::ProtocolVersion => Kind::TlsVersionTooOld,
            _ => Kind::TlsFailure,
        },
        Tls::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => Kind::TlsVersionTooOld,
        _ => Kind::TlsFailure,
    }
}

/// The last cause in the chain, which is the specific one.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string().trim_end_matches('.').to_owned()
}
