using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;

namespace PSScim.Model;

/// <summary>What a case runs in: the engine, the server, the network between, and the model.</summary>
internal sealed class World : IDisposable
{
    private readonly Engine _engine;
    private readonly Emulator _emulator;
    private readonly Defect? _defect;
    private readonly List<string> _commands = [];

    internal World(Engine engine, Case run, Defect? defect)
    {
        _engine = engine;
        Case = run;
        _defect = defect;
        _emulator = new Emulator(engine, run);
        Model = _emulator.Read();
        Proxy = new FaultyProxy(_emulator.Address, [], defect);
        Proxy.OnStop = engine.Stop;
        Folder = Directory.CreateTempSubdirectory("psscim-model-").FullName;
        Engine.Connect(Proxy.Address + _emulator.Path, _emulator, run.Compatibility());
    }

    /// <summary>The password of all that the cases create, which may be in their requests and nowhere else.</summary>
    internal const string Password = "Pa55-of-the-model!";

    internal Case Case { get; }

    internal FaultyProxy Proxy { get; }

    /// <summary>What the directory should hold now.</summary>
    internal People Model { get; }

    /// <summary>A folder for files, which goes with the case.</summary>
    internal string Folder { get; }

    internal IReadOnlyList<string> Commands => _commands;

    /// <summary>
    /// Whether the commands must succeed: the network fails in passing at most, fewer times than a request is tried,
    /// and the server can be read.
    /// </summary>
    internal bool MustSucceed => Case.Faults.All(f => f.IsPassing) && Case.Faults.Length < 5;

    /// <summary>What the directory holds.</summary>
    internal People Actual() => _emulator.Read();

    /// <summary>Runs a command.</summary>
    internal Result Run(string command)
    {
        _commands.Add(command);
        int before = Proxy.Log.Length;
        Result result = _engine.Run($"$ErrorActionPreference = '{Case.ErrorPreference}'; {command}");
        if (result.Hung)
            throw new Finding("doesn't end", command, "an end within 90 seconds", "none");
        if (_defect is not null)
            _defect.Alter(result, Proxy.Log.Skip(before).Any(e => e.Fault is not null));
        string[] secrets = [_emulator.Text("ClientSecret"), Password, .. Proxy.Tokens];
        foreach (string said in result.Said)
            if (secrets.FirstOrDefault(secret => said.Contains(secret, StringComparison.Ordinal)) is not null)
                throw new Finding("a secret is shown", command, "no secret in any stream", said);
        foreach (string file in Directory.GetFiles(Folder))
            if (secrets.FirstOrDefault(Text(file, command).Contains) is not null)
                throw new Finding("a secret is in a file", command, "no secret in any file", file);
        if (Proxy.Log.FirstOrDefault(e => e.Body.Contains(Password, StringComparison.Ordinal) && e.Method != "POST") is Exchange other)
            throw new Finding("a password is sent with another request", command, "none", other.ToString());
        return result;
    }

    /// <summary>The text of a file, once the command that was stopped lets go of it.</summary>
    private static string Text(string file, string command)
    {
        for (int tries = 0; ; tries++)
            try
            {
                return File.ReadAllText(file);
            }
            catch (FileNotFoundException)
            {
                // A part of a file that has its name now, or that a stopped command took away.
                return "";
            }
            catch (IOException) when (tries < 100)
            {
                Thread.Sleep(100);
            }
            catch (IOException error)
            {
                throw new Finding("a file is in use 10 seconds after its command ended", command, "a file that can be read", error.Message);
            }
    }

    /// <summary>Sets a variable of the commands.</summary>
    internal void Set(string name, object? value) => _engine.Set(name, value);

    /// <summary>Compares the directory with the model.</summary>
    internal void CheckDirectory(string command)
    {
        People actual = Actual();
        Compare("users", Model.Users, actual.Users, command);
        Compare("groups", Model.Groups, actual.Groups, command);
    }

    private static void Compare(string what, List<JsonObject> expected, List<JsonObject> actual, string command)
    {
        string[] wanted = [.. expected.Select(Text)], got = [.. actual.Select(Text)];
        if (wanted.SequenceEqual(got))
            return;
        throw new Finding(
            "the directory has changed otherwise than asked", command,
            string.Join("\n", wanted.Except(got).Take(5)) + $"\n({wanted.Length} {what})",
            string.Join("\n", got.Except(wanted).Take(5)) + $"\n({got.Length} {what})");
    }

    /// <summary>A resource without its version, members in order of their ids.</summary>
    private static string Text(JsonObject resource)
    {
        var copy = (JsonObject)resource.DeepClone();
        copy.Remove("meta");
        if (copy["members"] is JsonArray)
        {
            string[] members = [.. People.Members(copy).Order(StringComparer.Ordinal)];
            copy["members"] = new JsonArray([.. members.Select(m => JsonValue.Create(m))]);
        }
        return copy.ToJsonString();
    }

    public void Dispose()
    {
        Proxy.Dispose();
        _engine.Run("Disconnect-Scim");
        _emulator.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
