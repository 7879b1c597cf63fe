//! The clouds in which Entra's SCIM API is served, and what each service allows. The numbers and addresses are from
//! Microsoft's articles `entra-id-scim-api-reference` and `scim-support-in-entra-id`.

use crate::profile::USUAL_PAGE;

/// One cloud.
#[derive(Debug)]
pub struct Cloud {
    /// The name that `-Environment` takes.
    pub name: &'static str,
    /// The SCIM base.
    pub base_uri: &'static str,
    /// The sign-in host.
    pub authority: &'static str,
    /// What the token is for.
    pub scope: &'static str,
}

/// All clouds; the first is the default.
pub const CLOUDS: &[Cloud] = &[
    Cloud {
        name: "Global",
        base_uri: "https://graph.microsoft.com/rp/scim",
        authority: "https://login.microsoftonline.com",
        scope: "https://graph.microsoft.com/.default",
    },
    Cloud {
        name: "USGov",
        base_uri: "https://graph.microsoft.us/rp/scim",
        authority: "https://login.microsoftonline.us",
        scope: "https://graph.microsoft.us/.default",
    },
    Cloud {
        name: "USGovDoD",
        base_uri: "https://dod-graph.microsoft.us/rp/scim",
        authority: "https://login.microsoftonline.us",
        scope: "https://dod-graph.microsoft.us/.default",
    },
    Cloud {
        name: "China",
        base_uri: "https://microsoftgraph.chinacloudapi.cn/rp/scim",
        authority: "https://login.partner.microsoftonline.cn",
        scope: "https://microsoftgraph.chinacloudapi.cn/.default",
    },
];

/// What kind of service answers: it decides paths, page sizes and whether requests cost money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Microsoft Entra ID.
    Entra,
    /// Any other SCIM 2.0 server.
    Generic,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
pub enum Endpoint {
    /// `/Users`
    Users,
    /// `/Groups`
    Groups,
    /// `/Schemas`
    Schemas,
    /// `/ResourceTypes`
    ResourceTypes,
    /// `/ServiceProviderConfig`
    ServiceProviderConfig,
}

/// Entra's price for a request that ends in 2xx or 404, in US dollars.
pub const ENTRA_PRICE: f64 = 0.002;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Users a page at most, as long as the manager may be among the attributes.
const ENTRA_USERS_WITH_MANAGER: u32 = 100;
/// Users a page at most, when `attributes` leaves the manager out.
const ENTRA_USERS: u32 = 999;
/// Groups a page at most.
const ENTRA_GROUPS: u32 = 1000;
impl Service {
    /// The path below the base URI, without a slash in front. Entra spells paths in lower case.
    #[must_use]
    pub fn path(self, endpoint: Endpoint) -> &'static str {
        match (self, endpoint) {
            (Service::Entra, Endpoint::Users) => "users",
            (Service::Entra, Endpoint::Groups) => "groups",
            (Service::Entra, Endpoint::Schemas) => "schemas",
            (Service::Entra, Endpoint::ResourceTypes) => "resourcetypes",
            (Service::Entra, Endpoint::ServiceProviderConfig) => "serviceproviderconfig",
            (Service::Generic, Endpoint::Users) => "Users",
            (Service::Generic, Endpoint::Groups) => "Groups",
            (Service::Generic, Endpoint::Schemas) => "Schemas",
            (Service::Generic, Endpoint::ResourceTypes) => "ResourceTypes",
            (Service::Generic, Endpoint::ServiceProviderConfig) => "ServiceProviderConfig",
        }
    }

    /// The `count` to ask for: the largest page that the service gives for these attributes, or fewer when fewer are
    /// wanted. None for the discovery endpoints, which are not paged.
    #[must_use]
    pub fn page_size(self, endpoint: Endpoint, attributes: &[String], wanted: Option<u32>) -> Option<u32> {
        let most = match (self, endpoint) {
            (Service::Entra, Endpoint::Users)
                if attributes.is_empty() || attributes.iter().any(|a| has_manager(a)) =>
            {
                ENTRA_USERS_WITH_MANAGER
            }
            (Service::Entra, Endpoint::Users) => ENTRA_USERS,
            (Service::Entra, Endpoint::Groups) => ENTRA_GROUPS,
            (Service::Generic, Endpoint::Users | Endpoint::Groups) => {
                return Some(wanted.unwrap_or(USUAL_PAGE).max(1));
            }
            _ => return None,
        };
        Some(wanted.unwrap_or(most).clamp(1, most))
    }

    /// Whether a request that ended in this status is billed.
    #[must_use]
    pub fn bills(self, status: u16) -> bool {
        self == Service::Entra && (matches!(status, 200..=299) || status == 404)
    }
}

fn has_manager(attribute: &str) -> bool {
    let attribute = attribute.to_ascii_lowercase();
    match attribute.strip_prefix(&ENTERPRISE.to_ascii_lowercase()) {
        Some("") => true,
        Some(rest) => rest == ":manager" || rest.starts_with(":manager."),
        None => attribute == "manager" || attribute.starts_with("manager."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_large_as_the_service_allows() {
        let size = |attributes: &[&str], wanted| {
            let attributes: Vec<String> = attributes.iter().map(|a| (*a).to_owned()).collect();
            Service::Entra.page_size(Endpoint::Users, &attributes, wanted)
        };
        assert_eq!(size(&[], None), Some(100));
        assert_eq!(size(&[], Some(999)), Some(100));
        assert_eq!(size(&["id", "userName"], None), Some(999));
        assert_eq!(size(&["id"], Some(5000)), Some(999));
        assert_eq!(size(&["id"], Some(10)), Some(10));
        assert_eq!(size(&["id"], Some(0)), Some(1));
        assert_eq!(size(&["id", ENTERPRISE], None), Some(100));
        assert_eq!(
            size(
                &["URN:ietf:params:scim:schemas:extension:enterprise:2.0:User:Manager.value"],
                None
            ),
            Some(100)
        );
        assert_eq!(
            size(
                &["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"],
                None
            ),
            Some(999)
        );
        assert_eq!(Service::Entra.page_size(Endpoint::Groups, &[], None), Some(1000));
        assert_eq!(Service::Entra.page_size(Endpoint::Schemas, &[], Some(5)), None);
    }
}
