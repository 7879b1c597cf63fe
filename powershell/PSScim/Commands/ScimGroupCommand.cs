using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>The attributes of groups as parameters, for New-ScimGroup and Set-ScimGroup.</summary>
public abstract class ScimGroupCommand : ScimWriteCommand
{
    /// <summary>The name of the group. Entra allows several groups of one name.</summary>
    [Parameter]
    [AttributeName("displayName")]
    public string? DisplayName { get; set; }

    /// <summary>What the group is for.</summary>
    [Parameter]
    [AttributeName("description")]
    public string? Description { get; set; }

    /// <summary>The mail alias. A new group gets the letters and digits of its name where none is given.</summary>
    [Parameter]
    [AttributeName("mailNickname")]
    public string? MailNickname { get; set; }

    /// <summary>Whether the group may be given access to resources. A new group may, unless it is said.</summary>
    [Parameter]
    [AttributeName("securityEnabled")]
    public bool? SecurityEnabled { get; set; }

    /// <summary>Whether the group receives mail. A new group does not, unless it is said.</summary>
    [Parameter]
    [AttributeName("mailEnabled")]
    public bool? MailEnabled { get; set; }

    /// <summary>The id in the system that feeds the directory.</summary>
    [Parameter]
    [AttributeName("externalId")]
    public string? ExternalId { get; set; }

    private protected override ResourceKind Kind => ResourceKind.Group;
}
