using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>Disables users so that they can't sign in: sets <c>active</c> to false.</summary>
/// <example>
/// Disable a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Disable-ScimUser $user.id
/// </code>
/// </example>
/// <example>
/// Disable a user by user name. Looking up the id takes one more request.
/// <code>
/// $name = (Get-ScimUser -First 1).userName
/// Disable-ScimUser -UserName $name
/// </code>
/// </example>
/// <example>
/// Disable all users that match a filter.
/// <code>
/// Get-ScimUser -Enabled $true -First 5 -Attributes id | Disable-ScimUser
/// </code>
/// </example>
/// <seealso cref="EnableScimUserCommand"/>
/// <seealso cref="SetScimUserCommand"/>
[Cmdlet(VerbsLifecycle.Disable, "ScimUser", SupportsShouldProcess = true, DefaultParameterSetName = UserNameSet)]
public sealed class DisableScimUserCommand : ScimUserObjectCommand
{
    private protected override string Action => "Disable";

    private protected override void Change(InputRow row, Submitted item)
    {
        ChangeText change = Of("Update", row);
        change.IfMatch = Condition(row, IfUnchanged);
        change.Set.Add(new("active", false));
        Send(change, item, Action);
    }
}
