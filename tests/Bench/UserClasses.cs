using System;
using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace PSScim.Bench;

// (c): the classes that someone would write for System.Text.Json, with the attributes of the list.

internal sealed record UserPage
{
    public string? NextCursor { get; set; }

    public List<User> Resources { get; set; } = [];
}

internal sealed record User
{
    public string[]? Schemas { get; set; }
    public string? Id { get; set; }
    public string? ExternalId { get; set; }
    public UserMeta? Meta { get; set; }
    public string? UserName { get; set; }
    public string? DisplayName { get; set; }
    public bool? Active { get; set; }
    public UserFullName? Name { get; set; }
    public string? Title { get; set; }
    public string? UserType { get; set; }
    public string? PreferredLanguage { get; set; }
    public List<UserValue>? Emails { get; set; }
    public List<UserValue>? PhoneNumbers { get; set; }
    public List<UserValue>? Ims { get; set; }
    public List<UserAddress>? Addresses { get; set; }

    [JsonPropertyName("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    public EnterpriseUser? Enterprise { get; set; }

    [JsonPropertyName("urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User")]
    public EntraUser? Entra { get; set; }
}

internal sealed record UserMeta
{
    public string? ResourceType { get; set; }
    public DateTime? Created { get; set; }
    public DateTime? LastModified { get; set; }
    public string? Location { get; set; }
}

internal sealed record UserFullName
{
    public string? GivenName { get; set; }
    public string? FamilyName { get; set; }
}

internal sealed record UserValue
{
    public string? Value { get; set; }
    public string? Type { get; set; }
    public bool? Primary { get; set; }
}

internal sealed record UserAddress
{
    public string? Type { get; set; }
    public string? StreetAddress { get; set; }
    public string? Locality { get; set; }
    public string? Region { get; set; }
    public string? PostalCode { get; set; }
    public string? Country { get; set; }
}

internal sealed record EnterpriseUser
{
    public string? EmployeeNumber { get; set; }
    public string? Department { get; set; }
    public string? Division { get; set; }
    public string? Organization { get; set; }
    public string? CostCenter { get; set; }
}

internal sealed record EntraUser
{
    public string? MailNickname { get; set; }
    public string? UserType { get; set; }
    public string? OfficeLocation { get; set; }
    public string? UsageLocation { get; set; }
    public DateTime? EmployeeHireDate { get; set; }
    public DateTime? EmployeeLeaveDateTime { get; set; }
    public string? PreferredDataLocation { get; set; }
    public string? CreationType { get; set; }
    public DateTime? LastPasswordChangeDateTime { get; set; }
    public bool? PasswordForceChangeOnNextSignIn { get; set; }
    public bool? PasswordForceChangeOnNextSignInWithMFA { get; set; }
    public string[]? ProxyAddresses { get; set; }
    public string? SecurityIdentifier { get; set; }
    public bool? OnPremisesSyncEnabled { get; set; }
    public string? OnPremisesUserPrincipalName { get; set; }
    public string? OnPremisesSAMAccountName { get; set; }
    public string? OnPremisesDomainName { get; set; }
    public string? OnPremisesDistinguishedName { get; set; }
    public string? OnPremisesImmutableId { get; set; }
    public string? OnPremisesSecurityIdentifier { get; set; }
    public Dictionary<string, string>? OnPremisesExtensionAttributes { get; set; }
}
