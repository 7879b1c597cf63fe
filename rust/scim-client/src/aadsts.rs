//! The meaning of the identity platform's AADSTS codes, and what to do about each.
//! Source: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".

/// One code.
#[derive(Debug)]
pub struct Aadsts {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What it means, as the end of a sentence.
    pub meaning: &'static str,
    /// What to do next.
    pub advice: &'static str,
}

/// The codes that app-only sign-in can return.
pub const TABLE: &[Aadsts] = &[
    row(
        7_000_215,
        "the client secret is wrong",
        "Use the value of a client secret, not its ID. The app registration lists its secrets under Certificates & secrets.",
    ),
    row(
        7_000_222,
        "the client secret has expired",
        "Add a new client secret to the app registration, and connect with it.",
    ),
    row(
        700_016,
        "the tenant has no application with this client ID",
        "Check -ClientId (the application ID, not the object ID). Check that -TenantId is the tenant where the app is registered or has consent.",
    ),
    row(
        90_002,
        "the tenant doesn't exist",
        "Check -TenantId (a GUID or a verified domain name) and -Environment (the tenant's cloud).",
    ),
    row(
        90_014,
        "a required field is missing from the request",
        "Specify -TenantId, -ClientId and a credential.",
    ),
    row(
        900_144,
        "a required field is missing from the request",
        "Specify -TenantId, -ClientId and a credential.",
    ),
    row(
        900_023,
        "the tenant ID isn't a domain name or a GUID",
        "Use a GUID or a verified domain name for -TenantId.",
    ),
    row(
        700_027,
        "the client assertion's signature couldn't be verified",
        "Upload this certificate's public key to the app registration, or use a certificate that is registered there.",
    ),
    row(
        7_000_229,
        "the application has no service principal in this tenant",
        "Give admin consent for the app in this tenant, or check -TenantId.",
    ),
    row(
        700_024,
        "the client assertion has expired or isn't valid yet",
        "Correct this computer's clock, and connect again.",
    ),
    row(
        70_021,
        "no federated credential of the app matches the token",
        "Compare the token's issuer, subject and audience with the federated credentials of the app registration.",
    ),
    row(
        700_213,
        "no federated credential of the app matches the token's subject",
        "Compare the token's subject with the federated credentials of the app registration. The repository, branch or environment must match exactly.",
    ),
    row(
        50_034,
        "the account doesn't exist in this tenant",
        "Check the account and -TenantId.",
    ),
    row(
        53_003,
        "a Conditional Access policy blocks the sign-in",
        "Ask the tenant's administrator to allow this workload identity to sign in from this location.",
    ),
    row(
        500_011,
        "the tenant has no service with the name in the scope",
        "Check -Scope and -Environment. The tenant may be in another cloud.",
    ),
    row(
        65_001,
        "the application's permissions have no consent",
        "Give admin consent under API permissions in the app registration.",
    ),
    row(
        1_000_502,
        "the certificate has expired or isn't valid yet",
        "Use a certificate that is valid now, and check this computer's clock.",
    ),
];

const fn row(code: u32, meaning: &'static str, advice: &'static str) -> Aadsts {
    Aadsts {
        code,
        meaning,
        advice,
    }
}

/// The first AADSTS number in a text such as `AADSTS7000215: Invalid client secret provided.`
#[must_use]
pub fn code_in(text: &str) -> Option<u32> {
    let rest = &text[text.find("AADSTS")? + "AADSTS".len()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// The table's row for a code.
#[must_use]
pub fn look_up(code: u32) -> Option<&'static Aadsts> {
    TABLE.iter().find(|row| row.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_the_description() {
        assert_eq!(
            code_in("AADSTS7000215: Invalid client secret provided. Ensure…"),
            Some(7_000_215)
        );
        assert_eq!(code_in("AADSTS90002"), Some(90_002));
        assert_eq!(code_in("AADSTS"), None);
        assert_eq!(code_in("no code"), None);
    }

    #[test]
    fn each_code_is_there_once() {
        for (i, row) in TABLE.iter().enumerate() {
            assert!(
                TABLE[i + 1..].iter().all(|other| other.code != row.code),
                "AADSTS{}",
                row.code
            );
        }
    }
}
