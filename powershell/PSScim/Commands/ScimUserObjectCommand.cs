using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>The base of the cmdlets that change existing users in one way.</summary>
public abstract class ScimUserObjectCommand : ScimObjectCommand
{
    /// <summary>
    /// The user names of the users. Looking up each id takes one more request, and PSScim checks that the result is the
    /// right user before it writes anything.
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
