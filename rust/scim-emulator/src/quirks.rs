//! The ways in which servers in the wild differ from the RFCs, as switches, in one table: name, what it does, and where it
//! was seen. They hold for the plain SCIM server under `/scim/v2` ([`crate::plain`]), several at once.

use std::str::FromStr;

macro_rules! quirks {
    ($($quirk:ident, $name:literal, $what:literal, $seen:literal;)*) => {
        /// One way in which a server differs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Quirk { $(#[doc = $what] $quirk,)* }

        impl Quirk {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Quirk] = &[$(Quirk::$quirk,)*];

            /// What `--quirk` calls it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Quirk::$quirk => $name,)* }
            }

            /// What it does.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Quirk::$quirk => $what,)* }
            }

            /// Where it was seen.
            #[must_use]
            pub fn seen(self) -> &'static str {
                match self { $(Quirk::$quirk => $seen,)* }
            }
        }
    };
}

quirks! {
    ZeroBasedStartIndex, "zero-based-start-index", "The first resource is number 0, and the answers say so", "SimpleIdServer#185";
    ZeroInAnswer, "zero-in-answer", "The first answer says startIndex 0, though the first resource is number 1", "RFC 7644 section 3.4.2.4 leaves open what is said unasked";
    IgnoredStartIndex, "ignored-start-index", "Every page is the first", "scimmy#21, AWS Identity Center, Google Cloud Identity";
    CappedPages, "capped-pages", "No page holds more than 7, whatever was asked for", "Slack, HCP Terraform, Keycloak";
    ShrinkingPages, "shrinking-pages", "Each page holds one resource less than the one before", "servers that cut pages by bytes or by time";
    ItemsPerPageAsAsked, "items-per-page-as-asked", "itemsPerPage is the count that was asked for", "elimity-com/scim#154, django-scim2#208";
    NoTotal, "no-total", "totalResults is left out", "AWS Identity Center with a cursor, Entra";
    TextTotal, "text-total", "totalResults is text", "SCIMReferenceCode#21";
    ChangingTotal, "changing-total", "totalResults is another number on each page", "directories that change meanwhile";
    TotalOfPage, "total-of-page", "totalResults is the number of resources on the page", "Metatavu keycloak-scim-server";
    WrongTotal, "wrong-total", "totalResults is 5 too many", "WSO2 product-is#12813";
    EmptyPage, "empty-page", "The second page is empty; its resources are hidden", "servers that filter a page by permission after cutting it";
    LastPageAgain, "last-page-again", "After the last page, the last page comes again", "servers that clamp startIndex";
    NoResources, "no-resources", "Resources is left out where there are none", "RFC 7644 section 3.4.2 allows it";
    LowerCaseResources, "lower-case-resources", "Resources is spelled resources", "Entra";
    UnsaidCursor, "unsaid-cursor", "startIndex is ignored, and an empty cursor starts paging by cursor, which ServiceProviderConfig doesn't mention", "AWS Identity Center";
    UnpagedGroups, "unpaged-groups", "A count or startIndex at Groups is answered with 501", "WSO2 product-is#23378";
    CursorOnly, "cursor-only", "Pages are by cursor alone (RFC 9865), and the list begins with an empty one", "AWS Identity Center";
    TextBooleans, "text-booleans", "Booleans are text: \"True\", \"False\"", "SCIMReferenceCode#21";
    NumericIds, "numeric-ids", "Ids are numbers", "servers over a database key";
    NoSchemas, "no-schemas", "schemas is left out everywhere", "SCIM-SDK#542";
    OddValues, "odd-values", "A multi-valued attribute is a single object, a text a number, and one that no schema knows holds arrays of arrays", "SCIM-SDK#542, SCIMReferenceCode#21";
    PlainJson, "plain-json", "Bodies are application/json", "many; FusionAuth#1769 has application/json+scim";
    NoContentType, "no-content-type", "Bodies have no Content-Type", "scim2-client#34";
    WrappedErrors, "wrapped-errors", "Errors stand inside {\"Errors\":[…]}", "wire-server#5434, SimpleIdServer#227";
    TextErrors, "text-errors", "Errors are plain text", "many";
    HtmlErrors, "html-errors", "Errors are web pages", "Google Cloud Identity";
    NumericStatus, "numeric-status", "The status in an error is a number, scimType is \"null\"", "wso2#7664";
    ServerErrors, "server-errors", "A client's mistake is answered with 500", "lightdash#24458, wso2#16097";
    ResetOnly, "reset-only", "Each fifth request gets a 429 without Retry-After, and X-Rate-Limit-Reset says when to come again", "ConfigCat";
    OtherPaths, "other-paths", "Users are at /People and groups at /Teams, as ResourceTypes says", "GitHub (capital Users), Entra (lower case)";
    NoDiscovery, "no-discovery", "ServiceProviderConfig and ResourceTypes don't exist", "Snowflake and many small servers";
    PluralConfig, "plural-config", "ServiceProviderConfig is at ServiceProviderConfigs", "Salesforce, Slack";
    PartialConfig, "partial-config", "ServiceProviderConfig has but one member", "authentik#25056";
    IgnoredFilter, "ignored-filter", "A filter changes nothing", "Metatavu keycloak-scim-server#46";
    NoPatch, "no-patch", "There is no PATCH, and ServiceProviderConfig says so", "servers of SCIM 1.1's time";
    UnsaidNoPatch, "unsaid-no-patch", "There is no PATCH, and ServiceProviderConfig says that there is", "Google Cloud Identity, the other way round";
    HiddenMembers, "hidden-members", "A group has its members only where attributes names them", "RFC 7643 section 7 allows it, as returned: request";
    KnownMemberRefused, "known-member-refused", "Who is a member already is refused with 409", "SimpleIdServer#245";
    MembersByValue, "members-by-value", "Members are removed by a list of values alone", "SCIM-SDK#149, azure-docs#30826";
    CapitalOperations, "capital-operations", "Operations have to be called Add, Remove, Replace", "SCIMReferenceCode#21";
    NoPaths, "no-paths", "An operation that sets something must have no path", "WSO2 product-is#16933";
    Etags, "etags", "Objects have versions, and a PUT without the present one in If-Match is refused", "RFC 7644 section 3.14";
    FalseVersions, "false-versions", "Objects have versions, and each If-Match is refused, the present one too", "SCIM-SDK#746";
}

impl FromStr for Quirk {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .find(|quirk| quirk.name().eq_ignore_ascii_case(name))
            .copied()
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|quirk| quirk.name()).collect();
                format!("unknown quirk '{name}', use {}", names.join(", "))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/compatibility.md has one row a quirk, in the words of the table.
    #[test]
    fn each_quirk_has_its_row() {
        let page = include_str!("../../../docs/compatibility.md");
        let is_row = |line: &&str| line.starts_with("| `");
        let rows: Vec<&str> = page
            .lines()
            .skip_while(|line| !is_row(line))
            .take_while(is_row)
            .collect();
        assert_eq!(rows.len(), Quirk::ALL.len(), "one row a quirk");
        for (row, quirk) in rows.iter().zip(Quirk::ALL) {
            let begin = format!("| `{}` | {} | {} | ", quirk.name(), quirk.what(), quirk.seen());
            assert!(row.starts_with(&begin), "{row}\nshould begin with\n{begin}");
            assert_eq!(quirk.name().parse(), Ok(*quirk));
        }
    }
}
