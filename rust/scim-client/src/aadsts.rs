//! What the identity platform's AADSTS codes mean, and what to do about each.
//! Source: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".

/// One code.
#[derive(Debug)]
pub struct Aadsts {
    /// The number behind `AADSTS`.
    pub code: u32,
    /// What it means, as the end of a sentence.
    pub meaning: &'static str,
    /// What to do next.
    pub advice: &'static str,
}

/// The codes that app-only sign-in meets.
pub const TABLE: &[Aadsts] = &[
    row(
        7_000_215,
        "the client secret is wrong",
        "Give the secret's value, not its id, of a secret that the app registration lists under Certificates & secrets.",
    ),
    row(
        7_000_222,
        "the client secret has expired",
        "Add a new client secret to the app registration and connect with it.",
    ),
    row(
        700_016,
        "the tenant has no application with this client id",
        "Check -ClientId (the application id, not the object id) and that -TenantId is the tenant in which the app is registered or consented.",
    ),
    row(
        90_002,
        "the tenant does not exist",
        "Check -TenantId: a GUID or a verified domain name, in the cloud that -Environment names.",
    ),
    row(
        90_014,
        "a required field is missing from the request",
        "Give -TenantId, -ClientId and a credential.",
    ),
    row(
        900_144,
        "a required field is missing from the request",
        "Give -TenantId, -ClientId and a credential.",
    ),
    row(
        900_023,
        "the tenant id is neither a domain name nor a GUID",
        "Check -TenantId: a GUID or a verified domain name.",
    ),
    row(
        700_027,
        "the client assertion's signature could not be verified",
        "Upload this certificate's public key to the app registration, or use the certificate that is registered there.",
    ),
    row(
        7_000_229,
        "the application has no service principal in this tenant",
        "Give admin consent for the app in this tenant, or check -TenantId.",
    ),
    row(
        700_024,
        "the client assertion is outside its time of validity",
        "Set this machine's clock right and connect again.",
    ),
    row(
        70_021,
        "no federated credential of the app matches the assertion",
        "Compare issuer, subject and audience of the token with the app registration's federated credentials.",
    ),
    row(
        700_213,
        "no federated credential of the app matches the assertion's subject",
        "Compare the token's subject with the app registration's federated credentials: repository, branch or environment must be spelled the same.",
    ),
    row(
        50_034,
        "the account does not exist in this tenant",
        "Check the account and -TenantId.",
    ),
    row(
        53_003,
        "a Conditional Access policy blocks the sign-in",
        "Ask the tenant's administrator to let this workload identity sign in from here.",
    ),
    row(
        500_011,
        "the tenant knows no service with the scope's name",
        "Check -Scope and -Environment; the tenant may be in another cloud.",
    ),
    row(
        65_001,
        "nobody has consented to the application's permissions",
        "Give admin consent in the app registration's API permissions.",
    ),
    row(
        1_000_502,
        "the certificate is not within its time of validity",
        "Use a certificate that is valid now, and check this machine's clock.",
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
