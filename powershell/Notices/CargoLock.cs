using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PSScim.Notices;

/// <summary>The checksums of <c>Cargo.lock</c>.</summary>
internal static class CargoLock
{
    /// <summary>SHA-256 by name and version; the workspace's own crates have none and are left out.</summary>
    internal static Dictionary<(string Name, string Version), string> Read(string path) =>
        Regex.Matches(
                File.ReadAllText(path).ReplaceLineEndings("\n"),
                "(?m)^name = \"(?<name>[^\"]+)\"\nversion = \"(?<version>[^\"]+)\"\nsource = \"[^\"]+\"\nchecksum = \"(?<sum>[0-9a-f]{64})\"$")
            .ToDictionary(m => (m.Groups["name"].Value, m.Groups["version"].Value), m => m.Groups["sum"].Value);
}
