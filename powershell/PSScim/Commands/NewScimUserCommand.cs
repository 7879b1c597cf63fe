using System.Management.Automation;
using System.Security;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Creates users from parameters, or one user from each pipeline object, such as the rows of a CSV file. The new users
/// are returned as they are created, in the order of the input.
/// </summary>
/// <example>
/// Create a user.
/// <code>
/// $password = [Security.SecureString]::new(); 'Correct-Horse-7'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
/// New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -Password $password -Department Sales -Title 'Account manager'
/// </code>
/// </example>
/// <example>
/// Create users from an HR file whose columns have parameter names or SCIM names.
/// <code>
/// # Needs the file new.csv
/// Import-Csv new.csv | New-ScimUser -UsageLocation AT -ErrorVariable refused | ForEach-Object { $_.userName + ' ' + $_.id }
/// $refused | ForEach-Object { $_.Exception.Message }
/// </code>
/// Eight requests are in progress at the same time. An invalid row is an error that names the row, and the other rows
/// continue.
/// </example>
/// <example>
/// Show what would be sent, without sending it.
/// <code>
/// @{ userName = 'ann@contoso.com'; displayName = 'Ann Ek'; givenName = 'Ann'; familyName = 'Ek'; password = 'Correct-Horse-7' } |
///     New-ScimUser -WhatIf
/// </code>
/// </example>
/// <example>
/// Set any attribute by its name in the schema.
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
    /// The pipeline input: a hashtable, a row from Import-Csv, an object from ConvertFrom-Json, or a user to copy. Its
    /// names can be parameter names or schema names (<c>name.familyName</c>, <c>emails[work]</c>). Parameters override
    /// its values. Empty CSV cells are ignored.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The name that the user signs in with, such as <c>ann@contoso.com</c>.</summary>
    [Parameter]
    [Alias("UserPrincipalName")]
    [AttributeName("userName")]
    public string? UserName { get; set; }

    /// <summary>More attributes, by their names in the schema.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Attributes { get; set; }

    /// <summary>
    /// The initial password. PSScim sends it once and never shows it. Users in federated domains don't need one.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>
    /// With -Journal: looks for objects whose creation an earlier run couldn't confirm, by their names too. One that was
    /// created since then is taken as created. If none is found, it is created again.
    /// </summary>
    [Parameter]
    public SwitchParameter FindUnknown { get; set; }

    private protected override bool FindsUnknown => FindUnknown;

    private protected override string[] KnownOfEarlier => ["id", "userName", "displayName"];

    /// <summary>Creates a user.</summary>
    protected override void ProcessRecord() => Create(InputObject, Attributes, Password);

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (Result(operation) is ScimResource user)
            WriteObject(user);
    }
}
