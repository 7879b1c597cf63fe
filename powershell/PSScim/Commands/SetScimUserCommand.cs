using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Changes users with parameters, with -Replace, -Add, -Remove and -Clear as in Set-ADUser, with rows of a CSV file, or
/// with values that you set on user objects. Sends one PATCH request for each user that changes, and none for a user
/// that doesn't.
/// </summary>
/// <example>
/// Change a user with parameters, and with -Replace and -Clear as in Set-ADUser.
/// <code>
/// $user = Get-ScimUser -First 1
/// Set-ScimUser $user -Title 'Team lead' -Department Sales
/// Set-ScimUser $user -Replace @{ officeLocation = 'Graz 1'; 'phoneNumbers[mobile]' = '+43 660 1234567' } -Clear costCenter
/// </code>
/// </example>
/// <example>
/// Change a user by user name. Looking up the id takes one more request.
/// <code>
/// $name = (Get-ScimUser -First 1).userName
/// Set-ScimUser -UserName $name -Title 'Team lead'
/// </code>
/// </example>
/// <example>
/// Change only the values that you set on objects.
/// <code>
/// $users = Get-ScimUser -First 3
/// foreach ($u in $users) { $u.title = 'Engineer'; $u.name.familyName = $u.name.familyName.ToUpper() }
/// $users | Set-ScimUser
/// </code>
/// </example>
/// <example>
/// Change users from rows. Rows without an id are looked up by userName.
/// <code>
/// # Needs the file changes.csv
/// Import-Csv changes.csv | Set-ScimUser -PassThru | ForEach-Object { $_.userName + ' ' + $_.title }
/// </code>
/// Empty CSV cells are ignored. To clear attributes with empty cells, use <c>-EmptyValue Clear</c>.
/// </example>
/// <example>
/// Set, read and clear a custom security attribute.
/// <code>
/// $user = Get-ScimUser -First 1
/// $set = 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes:Engineering'
/// Set-ScimUser $user -Replace @{ "$set.Level" = 7 }
/// Get-ScimUser -Id $user.id -Attributes $set
/// Set-ScimUser $user -Clear "$set.Level"
/// </code>
/// </example>
/// <seealso cref="NewScimUserCommand"/>
/// <seealso cref="EnableScimUserCommand"/>
/// <seealso cref="GetScimUserCommand"/>
[Cmdlet(VerbsCommon.Set, "ScimUser", SupportsShouldProcess = true, DefaultParameterSetName = UserNameSet)]
[OutputType("PSScim.User")]
public sealed class SetScimUserCommand : ScimUserCommand
{
    /// <summary>Ids of users, or user objects.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// The pipeline input: an id, a user with changed values, a hashtable, a row from Import-Csv, or an object from
    /// ConvertFrom-Json. Without an <c>id</c>, PSScim looks up the user by userName or externalId and checks the result
    /// before it writes anything.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// With an id or an object: the new user name. Without them: the user to change. PSScim looks up the user by this
    /// name and checks the result before it writes anything. To rename that user, use <c>-Replace @{ userName =
    /// 'new@contoso.com' }</c>.
    /// </summary>
    [Parameter(ParameterSetName = UserNameSet, Mandatory = true)]
    [Parameter(ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("UserPrincipalName")]
    [AttributeName("userName")]
    public string? UserName { get; set; }

    /// <summary>Attributes to set, by their names in the schema. <c>$null</c> clears an attribute.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Replace { get; set; }

    /// <summary>Values to add to multi-valued attributes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Add { get; set; }

    /// <summary>
    /// Values to remove from multi-valued attributes. On Entra, select them by type, as in <c>@{ phoneNumbers = @{ type
    /// = 'mobile' } }</c>, because it doesn't compare values.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Remove { get; set; }

    /// <summary>Attributes to clear.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WritableAttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Clear { get; set; }

    /// <summary>
    /// What an empty CSV cell or an empty parameter means: Ignore or Clear. By default, empty cells are ignored, and an empty
    /// parameter is an error.
    /// </summary>
    [Parameter]
    [ValidateSet("Ignore", "Clear")]
    public string? EmptyValue { get; set; }

    /// <summary>
    /// Makes the change only if the object still has the version that was read, or that PSScim's last change gave it
    /// (If-Match). Otherwise the error is PreconditionFailed. Needs an object from a server that keeps versions.
    /// </summary>
    [Parameter]
    public SwitchParameter IfUnchanged { get; set; }

    /// <summary>
    /// Takes objects of another service by their ids. Without it they are refused, because the same id can be another object
    /// on this service.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the changed user, which takes one more request if something changes.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Changes the users.</summary>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == UserNameSet)
            EachNamed([UserName!], "Set", Change);
        else
            Each(ParameterSetName == IdSet ? Id : [InputObject!], "Set", Change);
    }

    private void Change(InputRow row, Submitted item) => Update(row, item, Parameters);

    private UpdateParameters Parameters => new()
    {
        Replace = Replace,
        Add = Add,
        Remove = Remove,
        Clear = Clear,
        EmptyValue = EmptyValue,
        IfUnchanged = IfUnchanged,
        ReturnsState = PassThru,
    };

    private protected override bool TakesOtherServices => Force;

    private protected override bool ClearsEmpty => IsClear(EmptyValue);

    private protected override bool ShowsResult => PassThru;

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (PassThru && Result(operation) is ScimResource user)
            WriteObject(user);
    }
}
