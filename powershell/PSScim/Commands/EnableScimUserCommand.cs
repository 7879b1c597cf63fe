using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>Enables users so that they can sign in: sets <c>active</c> to true.</summary>
/// <example>
/// Enable a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Enable-ScimUser $user.id
/// </code>
/// </example>
/// <example>
/// Enable all users that match a filter.
/// <code>
/// Get-ScimUser -Enabled $false -First 5 -Attributes id | Enable-ScimUser
/// </code>
/// </example>
/// <seealso cref="DisableScimUserCommand"/>
/// <seealso cref="SetScimUserCommand"/>
[Cmdlet(VerbsLifecycle.Enable, "ScimUser", SupportsShouldProcess = true, DefaultParameterSetName = UserNameSet)]
public sealed class EnableScimUserCommand : ScimUserObjectCommand
{
    private protected override string Action => "Enable";

    private protected override void Change(InputRow row, Submitted item)
    {
        ChangeText change = Of("Update", row);
        change.IfMatch = Condition(row, IfUnchanged);
        change.Set.Add(new("active", true));
        Send(change, item, Action);
    }
}
