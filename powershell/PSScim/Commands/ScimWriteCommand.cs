using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of the cmdlets that change something: -WhatIf and -Confirm, the journal, and the names of input objects.
/// </summary>
public abstract class ScimWriteCommand : ScimSendingCommand
{
    private protected const string IdSet = "Id";
    private protected const string InputSet = "InputObject";
    private protected const string UserNameSet = "UserName";

    private ResourceReader? _reader;
    private ResourceReader? _plans;
    private long _rows;
    private bool _warnedOfPassword;
    private bool _isAllowed;
    private readonly Dictionary<string, List<string>> _memberships = new(StringComparer.Ordinal);
    private readonly List<string> _membershipsInOrder = [];
    private readonly HashSet<string> _ignored = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A file that records what was done. Run the same command with the same file to resume after a failure without
    /// repeating changes. The file is created if it doesn't exist.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Journal { get; set; }

    /// <summary>
    /// The maximum number of requests in progress at the same time. If the service throttles, all requests of the
    /// connection slow down together.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int InFlight => ThrottleLimit;

    private protected override string ProgressNoun => "done";

    private protected override bool TellsWhenStopped => !IsDryRun;

    private protected override string? JournalPath =>
        Journal is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Journal);

    private protected override bool IsDryRun => IsWhatIf;

    private protected abstract ResourceKind Kind { get; }

    private protected string Endpoint => Kind == ResourceKind.Group ? "Groups" : "Users";

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Sends a new object with the values of the input. Parameters override them.</summary>
    private protected void Create(PSObject? input, IDictionary? attributes, SecureString? password)
    {
        ParameterNames names = ParameterNames.Of(GetType());
        Input? read = input is null ? null : ReadInput(input, isNew: true);
        if (read?.Error is ScimException unreadable)
        {
            Refuse(unreadable, read.Item!);
            return;
        }
        InputRow? row = read?.Row;
        var change = new ChangeText("Create", Endpoint);
        if (row is not null)
            change.Set.AddRange(row.Values);
        change.Set.AddAll(attributes, names);
        change.Set.AddGiven(this);
        // What is empty is not given: there is nothing yet to clear.
        change.Set.RemoveAll(value => RowValue.IsEmpty(SetValue.Bare(value.Value)));
        SecretBytes? secret = password is null ? Secret(change) ?? row?.Password : SecretText.Encode(password);
        string? label = KeyText.Of(change.Set.FindLast(v => v.Key is "userName").Value) ?? KeyText.Of(change.Set.FindLast(v => v.Key is "displayName").Value);
        Send(change, Next(label, label), "Create", secret);
    }

    /// <summary>A password among the attributes, which crosses apart from them.</summary>
    private static SecretBytes? Secret(ChangeText change)
    {
        int at = change.Set.FindLastIndex(value => string.Equals(value.Key, "password", StringComparison.OrdinalIgnoreCase));
        if (at < 0)
            return null;
        object? value = SetValue.Bare(change.Set[at].Value);
        change.Set.RemoveAll(each => string.Equals(each.Key, "password", StringComparison.OrdinalIgnoreCase));
        return value switch
        {
            SecureString secret => SecretText.Encode(secret),
            string text => SecretBytes.Of(text),
            _ => throw new ScimException(ErrorId.InvalidValue, "The password is neither a SecureString nor text. No request was made."),
        };
    }

    /// <summary>Changes an object to the values of the input. Parameters override them.</summary>
    /// <exception cref="ScimException">The changes can't be determined.</exception>
    private protected void Update(InputRow row, Submitted item, UpdateParameters update)
    {
        ParameterNames names = ParameterNames.Of(GetType());
        ChangeText change = Of("Update", row);
        if (row.Resource is ScimResource resource)
            item.Edited = (resource, resource.Edits);
        change.Set.AddRange(row.Values);
        change.Set.AddAll(update.Replace, names);
        foreach (KeyValuePair<string, object?> replaced in change.Set)
            if (SetValue.Bare(replaced.Value) is string text && KeyText.IsBlank(text))
                throw Empty($"The value of '{replaced.Key}' is empty.", replaced.Key);
        foreach (KeyValuePair<string, object?> given in ParameterNames.Of(GetType()).Given(this))
            if (given.Key != (ParameterSetName == UserNameSet ? change.Key?.Key : null))
                AddGiven(change, given, update.EmptyValue);
        change.Add.AddAll(update.Add, names);
        change.Remove.AddAll(update.Remove, names);
        foreach (string name in update.Clear ?? [])
            change.Clear.Add(names.AttributeOf(name));
        change.IfMatch = Condition(row, update.IfUnchanged);
        change.ReturnsState = update.ReturnsState;
        change.Compares = row.IsRow;
        if (change.IsEmpty && row.Password is null && row.Resource is ScimResource unchanged)
        {
            WriteVerbose($"{item.Label}: there was nothing to change.");
            if (update.ReturnsState && !IsWhatIf)
                Keep(unchanged, item);
            return;
        }
        Send(change, item, "Set", row.Password);
    }

    /// <summary>A parameter's value. An empty one comes from a cell of a row more often than from a wish to clear.</summary>
    private static void AddGiven(ChangeText change, KeyValuePair<string, object?> given, string? emptyValue)
    {
        bool isEmpty = RowValue.IsEmpty(SetValue.Bare(given.Value));
        if (!isEmpty)
            change.Set.Add(given);
        else if (emptyValue is null)
            throw Empty($"The parameter for '{given.Key}' is empty.", given.Key);
        else if (IsClear(emptyValue))
            change.Set.Add(new(given.Key, null));
    }

    private static ScimException Empty(string message, string name) => new(
        ErrorId.InvalidValue,
        message + " No request was made.",
        $"To clear the attribute, use -Clear '{name}'. To ignore empty parameters, use -EmptyValue Ignore; to clear by them, -EmptyValue Clear.");

    /// <summary>The version that the object must still have; null where -IfUnchanged doesn't ask for it.</summary>
    /// <exception cref="ScimException">It isn't known.</exception>
    private protected static string? Condition(InputRow row, bool ifUnchanged)
    {
        if (!ifUnchanged)
            return null;
        return row.Version ?? throw new ScimException(
            ErrorId.InvalidValue,
            "-IfUnchanged needs the object's version, which isn't known. No request was made.",
            "Read the object again and pass it. If it has no meta.version, the server doesn't keep versions.");
    }

    /// <summary>Whether an object of another service is taken by its id.</summary>
    private protected virtual bool TakesOtherServices => false;

    /// <summary>Refuses an object of another service: the same id is another object here.</summary>
    /// <exception cref="ScimException">It is one.</exception>
    private protected void CheckOrigin(ServiceOrigin? origin)
    {
        if (!TakesOtherServices && origin is not null && !origin.IsSameAs(Resolved.Origin))
            throw new ScimException(
                ErrorId.ServiceMismatch,
                $"The object comes from {origin}, and the connection is to {Resolved.Origin}. No request was made.");
    }

    private protected static bool IsClear(string? emptyValue) => string.Equals(emptyValue, "Clear", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads input objects, and does something with each; one that cannot be read is an error of its own.</summary>
    /// <param name="inputs">The objects.</param>
    /// <param name="action">What is done to them, for a question about all of several.</param>
    /// <param name="change">Does it.</param>
    private protected void Each(PSObject[] inputs, string action, Action<InputRow, Submitted> change)
    {
        EachOf([.. inputs.Select(input => ReadInput(input, isNew: false))], action, change);
    }

    /// <summary>Does something with each user of these names, of whom nothing else is known.</summary>
    private protected void EachNamed(string[] userNames, string action, Action<InputRow, Submitted> change)
    {
        Input Named(string name)
        {
            try
            {
                InputRow row = InputRow.Named("userName", name);
                return new Input(row, Next(row.Label, row.Label), null);
            }
            catch (ScimException error)
            {
                return new Input(null, Next(name, null), error);
            }
        }

        EachOf([.. userNames.Select(Named)], action, change);
    }

    private void EachOf(Input[] inputs, string action, Action<InputRow, Submitted> change)
    {
        _isAllowed = false;
        if (inputs.Length > 1 && !IsWhatIf)
        {
            if (!ShouldProcess(Names(inputs), action))
                return;
            _isAllowed = true;
        }
        foreach (Input input in inputs)
        {
            if (input.Row is InputRow row)
                Try(row, input.Item!, change);
            else
                Refuse(input.Error!, input.Item!);
        }
    }

    /// <summary>All of a few objects; of many the number, and the first.</summary>
    private string Names(Input[] inputs)
    {
        const int Few = 5;
        string nouns = Kind == ResourceKind.Group ? "groups" : "users";
        return inputs.Length <= Few
            ? $"{inputs.Length} {nouns}: {string.Join("; ", inputs.Select(input => input.Item!.Name))}"
            : $"{inputs.Length} {nouns}, the first is {inputs[0].Item!.Name}";
    }

    private void Try(InputRow row, Submitted item, Action<InputRow, Submitted> change)
    {
        try
        {
            change(row, item);
        }
        catch (ScimException error)
        {
            Refuse(error, item);
        }
    }

    /// <summary>The change of a row's object; what it is found by is set as little as an id is.</summary>
    private protected ChangeText Of(string verb, InputRow row)
    {
        var change = new ChangeText(verb, Endpoint) { Id = row.Id };
        if (row.Id is not null)
            return change;
        string[] keys = Kind == ResourceKind.Group ? ["externalId", "displayName"] : ["userName", "externalId"];
        foreach (string key in keys)
        {
            if (KeyText.Of(row.Text(key)) is not string value)
                continue;
            change.Key = new KeyValuePair<string, string>(key, value);
            row.Values.RemoveAll(v => string.Equals(v.Key, key, StringComparison.OrdinalIgnoreCase));
            return change;
        }
        throw new ScimException(
            ErrorId.InvalidId,
            $"The input object has no id and no {string.Join(" or ", keys)}. No request was made.",
            "Add one of them to the object.");
    }

    /// <summary>Reads an input object.</summary>
    /// <param name="input">The object.</param>
    /// <param name="isNew">Whether it is to be made.</param>
    private Input ReadInput(PSObject input, bool isNew)
    {
        try
        {
            InputRow row = InputRow.Read(input, ParameterNames.Of(GetType()), Kind, isNew, ClearsEmpty);
            if (!isNew)
                CheckOrigin(row.Resource?.Origin);
            WarnOfIgnored(row);
            if (isNew)
                WarnOfPassword(row);
            Submitted? item = isNew ? null : Next(row.Key, row.Label, row.Name);
            if (item is not null)
                item.Resource = row.Resource;
            return new Input(row, item, null);
        }
        catch (ScimException error)
        {
            return new Input(null, Next(null, null), error);
        }
    }

    /// <summary>An input object as it was read, or why it could not be.</summary>
    private sealed class Input(InputRow? row, Submitted? item, ScimException? error)
    {
        internal InputRow? Row { get; } = row;

        internal Submitted? Item { get; } = item;

        internal ScimException? Error { get; } = error;
    }

    /// <summary>Whether an empty cell of a row clears.</summary>
    private protected virtual bool ClearsEmpty => false;

    /// <summary>The next input object, as errors and results are told of it.</summary>
    /// <param name="target">What names it to scripts.</param>
    /// <param name="label">What people know it by.</param>
    /// <param name="name">The same, with its id.</param>
    private protected Submitted Next(string? target, string? label, string? name = null)
    {
        _rows++;
        label = DisplayText.Of(label ?? "");
        name = name is { Length: > 0 } ? DisplayText.Of(name) : label;
        if (MyInvocation.ExpectingInput)
            label = label.Length > 0 ? $"Row {_rows} ({label})" : $"Row {_rows}";
        else if (label.Length == 0)
            label = MyInvocation.MyCommand.Name;
        return new Submitted(target ?? label, label, name);
    }

    /// <summary>Sends a change, if it is to be.</summary>
    /// <param name="change">The change.</param>
    /// <param name="item">What it is about.</param>
    /// <param name="action">What is done, for -Confirm.</param>
    /// <param name="secret">The password, which is disposed of.</param>
    private protected void Send(ChangeText change, Submitted item, string action, SecretBytes? secret = null)
    {
        try
        {
            // Under -WhatIf the engine shows what would be sent, once the library has said what that is.
            if (!IsWhatIf && !_isAllowed && !ShouldProcess(item.Name, action))
                return;
            string text;
            try
            {
                change.HasPassword = secret is not null;
                text = change.ToString();
            }
            catch (ScimException error)
            {
                Refuse(error, item);
                return;
            }
            Submit(text, item, secret);
        }
        finally
        {
            secret?.Dispose();
        }
    }

    /// <summary>Says once that passwords in the clear can be seen by others.</summary>
    private void WarnOfPassword(InputRow row)
    {
        if (!row.PasswordWasText || _warnedOfPassword)
            return;
        _warnedOfPassword = true;
        WriteWarning("The input contains plain-text passwords. PSScim sends them, but anyone who can read the file or the history can see them. Use -Password with a SecureString instead.");
    }

    /// <summary>Says once of each column that it is left out.</summary>
    private void WarnOfIgnored(InputRow row)
    {
        string[] names = [.. row.Ignored.Where(_ignored.Add)];
        if (names.Length > 0)
            WriteWarning($"The service sets these attributes itself, so they are ignored: {string.Join(", ", names)}.");
    }

    private protected override void Done(WriteOperation operation, Submitted item) => Note(operation, item);

    /// <summary>Takes note on the input object of what was done to it.</summary>
    private static void Note(WriteOperation operation, Submitted item)
    {
        if (operation.Outcome is (ScimOutcome.Done or ScimOutcome.AlreadyDone or ScimOutcome.Unchanged) && item.Edited is { } edited)
            edited.Resource.Settle(edited.Edits);
        if (operation.Outcome == ScimOutcome.Done)
            item.Resource?.Change(operation.Version);
    }

    private protected override ScimResource? InFlightResult(WriteOperation operation, Submitted item)
    {
        Note(operation, item);
        return operation.Outcome is ScimOutcome.Done or ScimOutcome.AlreadyDone ? Result(operation) : null;
    }

    /// <summary>What is known of an object that an earlier run with the same journal has done.</summary>
    private protected virtual string[] KnownOfEarlier => ["id"];

    /// <summary>What makes objects of replies.</summary>
    private protected virtual ResourceReader Reader() => _reader ??= Resolved.Types.Reader(Kind, Projection.None);

    /// <summary>The object of a reply, or null where it has none.</summary>
    private protected ScimResource? Result(WriteOperation operation)
    {
        if (operation.Count == 0)
            return null;
        // Of what an earlier run made, the journal knows the id, and the input the names.
        if (operation.Outcome == ScimOutcome.AlreadyDone)
            return Resolved.Types.Reader(Kind, Projection.Of(KnownOfEarlier)).Read(operation)[0];
        return Reader().Read(operation)[0];
    }

    private protected override void Planned(WriteOperation operation, Submitted item)
    {
        if (item.Membership is string membership)
        {
            if (!_memberships.TryGetValue(membership, out List<string>? members))
            {
                _memberships.Add(membership, members = []);
                _membershipsInOrder.Add(membership);
            }
            members.Add(item.Name);
        }
        if (operation.Count == 0)
            return;
        _plans ??= new ResourceTypes(seedFromSchema: false).Reader(ResourceKind.Resource, Projection.None);
        foreach (ScimResource request in _plans.Read(operation))
        {
            string sent = $"{request.GetValue("method")} {request.GetValue("path")}";
            if (request.GetValue("ifMatch") is object version)
                sent += $" If-Match: {version}";
            if (request.GetValue("body") is object body)
                sent += " " + body;
            if (Kind == ResourceKind.Resource)
            {
                string own = $"{item.Label}: {sent}";
                ShouldProcess(own, own, MyInvocation.MyCommand.Name);
                continue;
            }
            WriteVerbose($"{item.Label}: {sent}");
            if (item.Membership is null && request.GetValue("method") is not "GET")
            {
                string plan = $"{PlanName(item)}: {PlanText.Of(request, item.Resource)}";
                ShouldProcess(plan, plan, MyInvocation.MyCommand.Name);
            }
        }
    }

    /// <summary>The place in the input, the name and the id.</summary>
    private static string PlanName(Submitted item)
    {
        int at = item.Label.IndexOf(" (", StringComparison.Ordinal);
        return item.Label.StartsWith("Row ", StringComparison.Ordinal) && at > 0 ? $"{item.Label.Substring(0, at)}, {item.Name}" : item.Name;
    }

    /// <summary>Waits for what is still in flight, and sums up the members of a plan.</summary>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        foreach (string membership in _membershipsInOrder)
        {
            List<string> members = _memberships[membership];
            const int Few = 5;
            string who = members.Count <= Few ? string.Join("; ", members) : $"{members.Count} members, the first is {members[0]}";
            ShouldProcess($"{membership}: {who}", $"{membership}: {who}", MyInvocation.MyCommand.Name);
        }
        _membershipsInOrder.Clear();
    }
}
