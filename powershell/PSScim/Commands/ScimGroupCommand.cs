using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>The attributes of groups as parameters, for New-ScimGroup and Set-ScimGroup.</summary>
public abstract class ScimGroupCommand : ScimWriteCommand
{
    /// <summary>The name of the group. Entra allows several groups with the same name.</summary>
    [Parameter]
    [AttributeName("displayName")]
    public string? DisplayName { get; set; }

    /// <summary>The description of the group.</summary>
    [Parameter]
    [AttributeName("description")]
    public string? Description { get; set; }

    /// <summary>The mail alias. Default for a new group: the letters and digits of its name.</summary>
    [Parameter]
    [AttributeName("mailNickname")]
    public string? MailNickname { get; set; }

    /// <summary>
    /// Whether the group is security-enabled, so that it can get access to resources. Default for a new group: true.
    /// </summary>
    [Parameter]
    [AttributeName("securityEnabled")]
    public bool? SecurityEnabled { get; set; }

    /// <summary>Whether the group is mail-enabled. Default for a new group: false.</summary>
    [Parameter]
    [AttributeName("mailEnabled")]
    public bool? MailEnabled { get; set; }

    /// <summary>The id in the source system, such as the HR system.</summary>
    [Parameter]
    [AttributeName("externalId")]
    public string? ExternalId { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Group;
}
