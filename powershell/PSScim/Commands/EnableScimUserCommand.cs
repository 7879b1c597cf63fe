using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>Lets users sign in again: sets <c>active</c>.</summary>
/// <example>
/// A user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Enable-ScimUser $user.id
/// </code>
/// </example>
/// <example>
/// Those that a filter chooses.
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
        change.Set.Add(new("active", true));
        Send(change, item, Action);
    }
}
