using System.Management.Automation;
using System.Security;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Creates users: from parameters, or one from each object of the pipeline, such as the rows of a CSV. The users are written
/// as they come to be, in the order of the input.
/// </summary>
/// <example>
/// A user.
/// <code>
/// $password = [Security.SecureString]::new(); 'Correct-Horse-7'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
/// New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -Password $password -Department Sales -Title 'Account manager'
/// </code>
/// </example>
/// <example>
/// Users from an HR feed, whose columns are called by the parameters' names or by SCIM's.
/// <code>
/// # Needs the file new.csv
/// Import-Csv new.csv | New-ScimUser -UsageLocation AT -ErrorVariable refused | ForEach-Object { $_.userName + ' ' + $_.id }
/// $refused | ForEach-Object { $_.Exception.Message }
/// </code>
/// Eight requests are in flight at a time. A row that cannot be is an error that names the row; the others go on.
/// </example>
/// <example>
/// What would be sent, without sending it.
/// <code>
/// @{ userName = 'ann@contoso.com'; displayName = 'Ann Ek'; givenName = 'Ann'; familyName = 'Ek'; password = 'Correct-Horse-7' } |
///     New-ScimUser -WhatIf
/// </code>
/// </example>
/// <example>
/// Any attribute, by its name in the schema.
/// <code>
/// $password = [Security.SecureString]::new(); 'Correct-Horse-7'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
/// New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -Password $password -Attributes @{
///     'phoneNumbers[mobile]' = '+43 660 1234567'
///     'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter' = '4711'
/// }
/// </code>
/// </example>
/// <seealso cref="SetScimUserCommand"/>
/// <seealso cref="RemoveScimUserCommand"/>
/// <seealso cref="GetScimUserCommand"/>
[Cmdlet(VerbsCommon.New, "ScimUser", SupportsShouldProcess = true)]
[OutputType("PSScim.User")]
public sealed class NewScimUserCommand : ScimUserCommand
{
    /// <summary>
    /// What comes from the pipeline: a hashtable, a row of Import-Csv, an object of ConvertFrom-Json, or a user to make
    /// another like it. Its names may be those of the parameters or of the schema (<c>name.familyName</c>,
    /// <c>emails[work]</c>); what a parameter says goes before it. Empty cells are ignored.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The name by which the user signs in, such as <c>ann@contoso.com</c>.</summary>
    [Parameter]
    [Alias("UserPrincipalName")]
    [AttributeName("userName")]
    public string? UserName { get; set; }

    /// <summary>Further attributes, by their names in the schema.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Attributes { get; set; }

    /// <summary>The first password. It is sent once, and never shown. Users of federated domains need none.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>Creates a user.</summary>
    protected override void ProcessRecord() => Create(InputObject, Attributes, Password);

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (Result(operation) is ScimResource user)
            WriteObject(user);
    }
}
