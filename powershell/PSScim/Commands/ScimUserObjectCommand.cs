using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>What the cmdlets share that do one thing to users which are there already.</summary>
public abstract class ScimUserObjectCommand : ScimObjectCommand
{
    /// <summary>
    /// Whom, by the name with which they sign in. Each is looked up by a request more, and the answer is checked to be the
    /// one asked for before anything is written.
    /// </summary>
    [Parameter(ParameterSetName = UserNameSet, Mandatory = true)]
    [Alias("UserPrincipalName")]
    [AttributeName("userName")]
    [ValidateNotNullOrEmpty]
    public string[] UserName { get; set; } = [];

    private protected override ResourceKind Kind => ResourceKind.User;

    /// <summary>Does it to each user.</summary>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == UserNameSet)
            EachNamed(UserName, Action, Change);
        else
            base.ProcessRecord();
    }
}
