using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Changes users: by parameters, in the grammar of Set-ADUser, by the rows of a CSV, or by what was set on the objects. One
/// PATCH for each user that changes, and none for one that does not.
/// </summary>
/// <example>
/// By parameters, and in the grammar of Set-ADUser.
/// <code>
/// $user = Get-ScimUser -First 1
/// Set-ScimUser $user -Title 'Team lead' -Department Sales
/// Set-ScimUser $user -Replace @{ officeLocation = 'Graz 1'; 'phoneNumbers[mobile]' = '+43 660 1234567' } -Clear costCenter
/// </code>
/// </example>
/// <example>
/// A user whose id is not at hand: it is looked up, by a request more.
/// <code>
/// $name = (Get-ScimUser -First 1).userName
/// Set-ScimUser -UserName $name -Title 'Team lead'
/// </code>
/// </example>
/// <example>
/// What was set on the objects, and nothing else.
/// <code>
/// $users = Get-ScimUser -First 3
/// foreach ($u in $users) { $u.title = 'Engineer'; $u.name.familyName = $u.name.familyName.ToUpper() }
/// $users | Set-ScimUser
/// </code>
/// </example>
/// <example>
/// From rows: those without an id are looked up by their userName.
/// <code>
/// # Needs the file changes.csv
/// Import-Csv changes.csv | Set-ScimUser -PassThru | ForEach-Object { $_.userName + ' ' + $_.title }
/// </code>
/// Empty cells are ignored. To clear by them, use <c>-EmptyValue Clear</c>.
/// </example>
/// <example>
/// A custom security attribute: written, read, and cleared.
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
    /// <summary>Ids, or users.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// What comes from the pipeline: an id, a user with what was set on it, a hashtable, a row of Import-Csv, an object of
    /// ConvertFrom-Json. It is found by its <c>id</c>; without one it is looked up by its userName or externalId, and that
    /// answer is checked before anything is written.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// With an id or an object, the user's new name. By itself, whom to change: the user is looked up by it, and the answer is
    /// checked to be this one before anything is written. To rename such a user, say
    /// <c>-Replace @{ userName = 'new@contoso.com' }</c>.
    /// </summary>
    [Parameter(ParameterSetName = UserNameSet, Mandatory = true)]
    [Parameter(ParameterSetName = IdSet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("UserPrincipalName")]
    [AttributeName("userName")]
    public string? UserName { get; set; }

    /// <summary>Attributes to set, by their names in the schema; <c>$null</c> clears.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Replace { get; set; }

    /// <summary>Values to add to attributes that have several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.User)]
    [ValidateNotNull]
    public UserAttributes? Add { get; set; }

    /// <summary>
    /// Values to take from attributes that have several; on Entra by their type, as in
    /// <c>@{ phoneNumbers = @{ type = 'mobile' } }</c>, since it compares no values.
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
    /// What an empty cell of a row, or an empty parameter, means: Ignore, or Clear. Left out, empty cells are ignored, and an
    /// empty parameter is an error.
    /// </summary>
    [Parameter]
    [ValidateSet("Ignore", "Clear")]
    public string? EmptyValue { get; set; }

    /// <summary>Writes the user's new state, which takes a further request where something changes.</summary>
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
        ReturnsState = PassThru,
    };

    private protected override bool ClearsEmpty => IsClear(EmptyValue);

    private protected override bool ShowsResult => PassThru;

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (PassThru && Result(operation) is ScimResource user)
            WriteObject(user);
    }
}
