//! What a generated user looks like as JSON.

use UserField as F;

use crate::people::{Person, pick};
use crate::template::{Element, Field, Node, Source};
use crate::world::{mix, write_number, write_padded, write_time};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum UserField {
    Id, ExternalId, UserName, DisplayName, Active, Given, Family, Title, UserType, Language, OtherMail,
    WorkPhone, MobilePhone, Fax, Street, City, Region, PostalCode, Country, Ims, EmployeeNumber, Department,
    Division, Organization, CostCenter, Manager, Nickname, EntraUserType, OfficeLocation, UsageLocation,
    HireDate, LeaveDate, CreationType, PasswordChanged, ProxyAddress, SecurityIdentifier, OnPremises,
    OnPremisesUserName, OnPremisesSam, OnPremisesDomain, OnPremisesName, OnPremisesId, OnPremisesSid,
    Extension1, Extension2, Location, ForcedChange, Always,
}

impl Field for UserField {
    #[rustfmt::skip]
    fn optional(self) -> bool {
        matches!(self,
            F::Region | F::OtherMail | F::MobilePhone | F::Fax | F::Ims | F::Department | F::Division | F::CostCenter
            | F::Manager | F::HireDate | F::LeaveDate | F::CreationType | F::PasswordChanged | F::ForcedChange
            | F::ProxyAddress | F::SecurityIdentifier | F::OnPremises | F::OnPremisesUserName | F::OnPremisesSam
            | F::OnPremisesDomain | F::OnPremisesName | F::OnPremisesId | F::OnPremisesSid | F::Extension1
            | F::Extension2
        )
    }

    fn quoted(self) -> bool {
        !matches!(self, F::Active | F::OnPremises | F::ForcedChange)
    }
}

impl Source<UserField> for Person<'_> {
    fn has(&self, field: UserField) -> bool {
        match field {
            F::OtherMail => self.one_in(20, 7),
            F::MobilePhone => self.one_in(21, 3),
            F::Region => self.one_in(38, 2),
            F::PasswordChanged => self.one_in(39, 4),
            F::ProxyAddress => self.one_in(40, 5),
            F::SecurityIdentifier => self.one_in(41, 6),
            F::HireDate => self.one_in(42, 2),
            F::ForcedChange => self.one_in(43, 25),
            F::Fax => self.one_in(22, 20),
            F::Ims => self.one_in(23, 12),
            F::Department | F::Division | F::CostCenter => self.level > 0,
            F::Manager => self.manager.is_some(),
            F::LeaveDate => !self.active(),
            F::CreationType => self.guest(),
            F::OnPremises
            | F::OnPremisesUserName
            | F::OnPremisesSam
            | F::OnPremisesDomain
            | F::OnPremisesName
            | F::OnPremisesId
            | F::OnPremisesSid => self.synchronised(),
            F::Extension1 => self.one_in(24, 5),
            F::Extension2 => self.one_in(25, 9),
            _ => true,
        }
    }

    fn write(&self, field: UserField, out: &mut Vec<u8>) {
        let text = match field {
            F::Given => self.given.0,
            F::Family => self.family.0,
            F::Title => self.title(),
            F::UserType if self.one_in(26, 9) => "Contractor",
            F::UserType => "Employee",
            F::Language => self.locale.language,
            F::City => self.office().city,
            F::Region => self.office().region,
            F::PostalCode => self.office().postal,
            F::Country => self.office().country,
            F::UsageLocation => self.office().usage,
            F::Department => self.department().map_or("", |d| d.name),
            F::Division => self.department().map_or("", |d| d.division),
            F::CostCenter => self.department().map_or("", |d| d.cost_center),
            F::Organization if self.domain() == "fabrikam.com" => "Fabrikam, Inc.",
            F::Organization => "Contoso Ltd.",
            F::EntraUserType if self.guest() => "Guest",
            F::EntraUserType => "Member",
            F::CreationType => "Invitation",
            F::OnPremises | F::ForcedChange => "true",
            F::OnPremisesDomain => "corp.contoso.com",
            F::Extension1 => pick(self.hash, 27, &["Shift A", "Shift B", "Nachtschicht", "夜勤"]),
            F::Extension2 => pick(self.hash, 28, &["badge-blue", "badge-green", "badge-red"]),
            F::Active if self.active() => "true",
            F::Active => "false",
            _ => return self.write_made(field, out),
        };
        out.extend_from_slice(text.as_bytes());
    }
}

impl Person<'_> {
    /// The fields that are put together rather than picked.
    fn write_made(&self, field: UserField, out: &mut Vec<u8>) {
        match field {
            F::Id => self.write_id(self.index, out),
            F::Manager => self.write_id(self.manager.unwrap_or(0), out),
            F::Location => {
                out.extend_from_slice(self.world.base_uri.as_bytes());
                out.extend_from_slice(b"/users/");
                self.write_id(self.index, out);
            }
            F::ExternalId => {
                out.extend_from_slice(b"HR-");
                write_padded(u64::from(self.index) + 1, 8, out);
            }
            F::EmployeeNumber => write_padded(u64::from(self.index) + 100_001, 7, out),
            F::UserName => self.write_user_name(out),
            F::Nickname | F::OnPremisesSam => self.write_nickname(out),
            F::OnPremisesUserName => {
                self.write_nickname(out);
                out.extend_from_slice(b"@corp.contoso.com");
            }
            F::OnPremisesName => {
                out.extend_from_slice(b"CN=");
                self.write_nickname(out);
                out.extend_from_slice(b",OU=People,DC=corp,DC=contoso,DC=com");
            }
            F::OnPremisesId => {
                write_padded(mix(self.hash ^ 29), 20, out);
                out.extend_from_slice(b"==");
            }
            F::DisplayName => self.write_display_name(out),
            F::Ims => {
                out.extend_from_slice(b"sip:");
                self.write_user_name(out);
            }
            F::ProxyAddress => {
                out.extend_from_slice(b"SMTP:");
                self.write_user_name(out);
            }
            F::OtherMail => {
                out.extend_from_slice(self.given.1.as_bytes());
                write_number(u64::from(self.index) + 1, out);
                out.extend_from_slice(b"@example.net");
            }
            F::WorkPhone => self.write_phone(30, out),
            F::MobilePhone => self.write_phone(31, out),
            F::Fax => self.write_phone(32, out),
            F::Street => {
                out.extend_from_slice(self.office().street.as_bytes());
                out.push(b' ');
                write_number(mix(self.hash ^ 33) % 240 + 1, out);
            }
            F::OfficeLocation => {
                out.extend_from_slice(self.office().city.as_bytes());
                out.push(b' ');
                write_number(mix(self.hash ^ 34) % 9 + 1, out);
                out.push(b'/');
                write_number(mix(self.hash ^ 35) % 900 + 100, out);
            }
            F::SecurityIdentifier | F::OnPremisesSid => {
                let prefix: &[u8] = if field == F::SecurityIdentifier {
                    b"S-1-12-1-"
                } else {
                    b"S-1-5-21-"
                };
                out.extend_from_slice(prefix);
                write_number(mix(self.hash ^ 36) >> 32, out);
                out.push(b'-');
                write_number(mix(self.hash ^ 37) >> 32, out);
                out.push(b'-');
                write_number(u64::from(self.index) + 1000, out);
            }
            F::HireDate => write_time(self.created() / 86_400 * 86_400, out),
            F::LeaveDate => write_time(self.modified(), out),
            F::PasswordChanged => {
                let (created, modified) = (self.created(), self.modified());
                write_time(created + (modified - created) / 2, out);
            }
            _ => {}
        }
    }
}

/// The members of a user, in the order in which the service sends them.
#[rustfmt::skip]
pub(crate) const USER: &[Node<UserField>] = &[
    Node::Fixed("schemas", r#"["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User"]"#),
    Node::Leaf("id", F::Id),
    Node::Leaf("externalId", F::ExternalId),
    Node::Leaf("userName", F::UserName),
    Node::Leaf("displayName", F::DisplayName),
    Node::Leaf("active", F::Active),
    Node::Object("name", &[Node::Leaf("givenName", F::Given), Node::Leaf("familyName", F::Family)]),
    Node::Leaf("title", F::Title),
    Node::Leaf("userType", F::UserType),
    Node::Leaf("preferredLanguage", F::Language),
    Node::Objects("emails", &[
        Element(F::Always, &[Node::Leaf("value", F::UserName), Node::Fixed("type", r#""work""#), Node::Fixed("primary", "true")]),
        Element(F::OtherMail, &[Node::Leaf("value", F::OtherMail), Node::Fixed("type", r#""other""#), Node::Fixed("primary", "false")]),
    ]),
    Node::Objects("phoneNumbers", &[
        Element(F::Always, &[Node::Leaf("value", F::WorkPhone), Node::Fixed("type", r#""work""#)]),
        Element(F::MobilePhone, &[Node::Leaf("value", F::MobilePhone), Node::Fixed("type", r#""mobile""#)]),
        Element(F::Fax, &[Node::Leaf("value", F::Fax), Node::Fixed("type", r#""fax""#)]),
    ]),
    Node::Objects("addresses", &[Element(F::Always, &[
        Node::Fixed("type", r#""work""#),
        Node::Leaf("streetAddress", F::Street),
        Node::Leaf("locality", F::City),
        Node::Leaf("region", F::Region),
        Node::Leaf("postalCode", F::PostalCode),
        Node::Leaf("country", F::Country),
    ])]),
    Node::Objects("ims", &[Element(F::Ims, &[Node::Leaf("value", F::Ims), Node::Fixed("type", r#""work""#)])]),
    Node::Object("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", &[
        Node::Leaf("employeeNumber", F::EmployeeNumber),
        Node::Leaf("department", F::Department),
        Node::Leaf("division", F::Division),
        Node::Leaf("organization", F::Organization),
        Node::Leaf("costCenter", F::CostCenter),
        Node::Object("manager", &[Node::Leaf("value", F::Manager)]),
    ]),
    Node::Object("urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User", &[
        Node::Leaf("mailNickname", F::Nickname),
        Node::Leaf("userType", F::EntraUserType),
        Node::Leaf("officeLocation", F::OfficeLocation),
        Node::Leaf("usageLocation", F::UsageLocation),
        Node::Leaf("employeeHireDate", F::HireDate),
        Node::Leaf("employeeLeaveDateTime", F::LeaveDate),
        Node::Leaf("creationType", F::CreationType),
        Node::Leaf("lastPasswordChangeDateTime", F::PasswordChanged),
        Node::Leaf("passwordForceChangeOnNextSignIn", F::ForcedChange),
        Node::Values("proxyAddresses", F::ProxyAddress),
        Node::Leaf("securityIdentifier", F::SecurityIdentifier),
        Node::Leaf("onPremisesSyncEnabled", F::OnPremises),
        Node::Leaf("onPremisesUserPrincipalName", F::OnPremisesUserName),
        Node::Leaf("onPremisesSAMAccountName", F::OnPremisesSam),
        Node::Leaf("onPremisesDomainName", F::OnPremisesDomain),
        Node::Leaf("onPremisesDistinguishedName", F::OnPremisesName),
        Node::Leaf("onPremisesImmutableId", F::OnPremisesId),
        Node::Leaf("onPremisesSecurityIdentifier", F::OnPremisesSid),
        Node::Object("onPremisesExtensionAttributes", &[
            Node::Leaf("extensionAttribute1", F::Extension1),
            Node::Leaf("extensionAttribute2", F::Extension2),
        ]),
    ]),
    // No times: the service's own examples of users have none.
    Node::Object("meta", &[
        Node::Fixed("resourceType", r#""user""#),
        Node::Leaf("location", F::Location),
    ]),
];
