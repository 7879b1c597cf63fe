using System;
using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>The everyday attributes of users as parameters, for New-ScimUser and Set-ScimUser.</summary>
public abstract class ScimUserCommand : ScimWriteCommand
{
    /// <summary>The name shown in address books and lists.</summary>
    [Parameter]
    [AttributeName("displayName")]
    public string? DisplayName { get; set; }

    /// <summary>The given name.</summary>
    [Parameter]
    [Alias("FirstName")]
    [AttributeName("name.givenName")]
    public string? GivenName { get; set; }

    /// <summary>The family name.</summary>
    [Parameter]
    [Alias("Surname", "LastName")]
    [AttributeName("name.familyName")]
    public string? FamilyName { get; set; }

    /// <summary>Whether the user can sign in. Default for a new user: true.</summary>
    [Parameter]
    [Alias("AccountEnabled")]
    [AttributeName("active")]
    public bool? Enabled { get; set; }

    /// <summary>The id in the source system, such as the HR system.</summary>
    [Parameter]
    [AttributeName("externalId")]
    public string? ExternalId { get; set; }

    /// <summary>The mail alias. Default for a new user: Entra creates it from the user name.</summary>
    [Parameter]
    [AttributeName("mailNickname")]
    public string? MailNickname { get; set; }

    /// <summary>The job title.</summary>
    [Parameter]
    [Alias("JobTitle")]
    [AttributeName("title")]
    public string? Title { get; set; }

    /// <summary>The department.</summary>
    [Parameter]
    [AttributeName("department")]
    public string? Department { get; set; }

    /// <summary>The division.</summary>
    [Parameter]
    [AttributeName("division")]
    public string? Division { get; set; }

    /// <summary>The company name.</summary>
    [Parameter]
    [Alias("CompanyName")]
    [AttributeName("organization")]
    public string? Organization { get; set; }

    /// <summary>The cost center of the user.</summary>
    [Parameter]
    [AttributeName("costCenter")]
    public string? CostCenter { get; set; }

    /// <summary>The employee number.</summary>
    [Parameter]
    [Alias("EmployeeId")]
    [AttributeName("employeeNumber")]
    public string? EmployeeNumber { get; set; }

    /// <summary>The user type, such as Employee or Contractor.</summary>
    [Parameter]
    [AttributeName("userType")]
    public string? EmployeeType { get; set; }

    /// <summary>
    /// The first day of employment. A date without a time, such as 2026-02-01, means 00:00 UTC on that day in every time
    /// zone. A time with a zone, such as from Get-Date, is converted to UTC.
    /// </summary>
    [Parameter]
    [DateTransformation]
    [AttributeName("employeeHireDate")]
    public DateTime? EmployeeHireDate { get; set; }

    /// <summary>The last day of employment. Dates are read as for -EmployeeHireDate.</summary>
    [Parameter]
    [DateTransformation]
    [AttributeName("employeeLeaveDateTime")]
    public DateTime? EmployeeLeaveDateTime { get; set; }

    /// <summary>The manager, or the manager's id.</summary>
    [Parameter]
    [Alias("ManagerId")]
    [AttributeName("manager")]
    [IdTransformation]
    public string? Manager { get; set; }

    /// <summary>The office of the user.</summary>
    [Parameter]
    [Alias("Office")]
    [AttributeName("officeLocation")]
    public string? OfficeLocation { get; set; }

    /// <summary>The two-letter country code for license assignment.</summary>
    [Parameter]
    [AttributeName("usageLocation")]
    public string? UsageLocation { get; set; }

    /// <summary>The preferred language, such as <c>de-AT</c>.</summary>
    [Parameter]
    [AttributeName("preferredLanguage")]
    public string? PreferredLanguage { get; set; }

    /// <summary>The work email address.</summary>
    [Parameter]
    [Alias("Mail", "EmailAddress")]
    [AttributeName("emails[work]")]
    public string? Email { get; set; }

    /// <summary>The work phone number.</summary>
    [Parameter]
    [Alias("OfficePhone", "TelephoneNumber")]
    [AttributeName("phoneNumbers[work]")]
    public string? WorkPhone { get; set; }

    /// <summary>The mobile phone number.</summary>
    [Parameter]
    [Alias("Mobile")]
    [AttributeName("phoneNumbers[mobile]")]
    public string? MobilePhone { get; set; }

    /// <summary>The street and house number.</summary>
    [Parameter]
    [AttributeName("addresses[work].streetAddress")]
    public string? StreetAddress { get; set; }

    /// <summary>The city or town.</summary>
    [Parameter]
    [Alias("Locality")]
    [AttributeName("addresses[work].locality")]
    public string? City { get; set; }

    /// <summary>The state or province.</summary>
    [Parameter]
    [Alias("Region")]
    [AttributeName("addresses[work].region")]
    public string? State { get; set; }

    /// <summary>The postal code.</summary>
    [Parameter]
    [AttributeName("addresses[work].postalCode")]
    public string? PostalCode { get; set; }

    /// <summary>The country or region.</summary>
    [Parameter]
    [AttributeName("addresses[work].country")]
    public string? Country { get; set; }

    private protected override ResourceKind Kind => ResourceKind.User;
}
