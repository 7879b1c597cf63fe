using System.Management.Automation;
using PSScim.Completion;
using PSScim.Filters;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of the cmdlets for memberships. Entra doesn't return them with the user or the group, so they are found
/// with a filter.
/// </summary>
public abstract class ScimMembershipCommand : ScimSendingCommand
{
    private ResolvedNames? _names;

    /// <summary>
    /// The attributes to return, in addition to the id. On Entra, pages of users are then ten times larger, unless the
    /// manager is one of the attributes.
    /// </summary>
    [Parameter]
    [Alias("Properties")]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Attributes { get; set; }

    /// <summary>The attributes to leave out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludedAttributes { get; set; }

    /// <summary>What -Attributes and -ExcludedAttributes mean.</summary>
    /// <exception cref="ScimException">The connection fails.</exception>
    private protected ResolvedNames Names(ResourceKind kind) =>
        _names ??= Resolve(kind + "s", Attributes, ExcludedAttributes, filter: null);

    /// <summary>Waits for what is still in flight.</summary>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_names is not null)
            WarnOfUnseen(_names, "object");
    }

    /// <summary>Writes what a filter finds.</summary>
    /// <param name="kind">Of what.</param>
    /// <param name="attribute">The attribute that has the id.</param>
    /// <param name="id">The id.</param>
    private protected void Find(ResourceKind kind, string attribute, string id)
    {
        try
        {
            ResolvedNames names = Names(kind);
            var list = new ListWriter(this, Resolved.Types.Reader(kind, names.Projection), names);
            if (list.Wanted == 0)
                return;
            string query = new JsonText()
                .Add("endpoint", kind + "s")
                .Add("attributes", names.Attributes)
                .Add("excludedAttributes", names.ExcludedAttributes)
                .Add("filter", $"{attribute} eq {FilterText.Value(attribute, id)}")
                .Add("wanted", list.Wanted)
                .ToString();
            Run(() => Resolved.Session.List(query), list.Write);
        }
        catch (ScimException error)
        {
            EndList(error, id);
        }
    }

    /// <summary>
    /// Ends the command, so that no later command treats a partial list as the whole. If the service refuses this
    /// object before it returns anything, that is an error for this object only.
    /// </summary>
    private protected void EndList(ScimException error, string id)
    {
        if (error.Id == nameof(ErrorId.InvalidId) || (error.Cursor is null && error.Status is >= 400 and < 500 and not 429))
            Report(error, id);
        else
            ThrowTerminating(error, id);
    }
}
