using System.Collections.Generic;

namespace PSScim.Notices;

/// <summary>A crate or a NuGet package that takes part in making the module.</summary>
/// <param name="Name">As its registry has it.</param>
/// <param name="Version">The locked one.</param>
/// <param name="Purl">Its package URL, which is its identity in the bill of materials.</param>
/// <param name="License">An SPDX expression; null where the package names a page instead (<paramref name="LicenseUrl"/>).</param>
/// <param name="LicenseUrl">The page of its licence, when that is all that it says.</param>
/// <param name="Hash">Algorithm and hexadecimal digits of the archive that was locked; null for one of our own.</param>
/// <param name="Folder">Its sources; null where there are none.</param>
/// <param name="Authors">As it names them; may be empty.</param>
/// <param name="Ships">Whether it becomes a part of the module, rather than helping to build it.</param>
/// <param name="Needs">The package URLs of what it needs itself.</param>
internal sealed record Component(
    string Name,
    string Version,
    string Purl,
    string? License,
    string? LicenseUrl,
    (string Algorithm, string Digits)? Hash,
    string? Folder,
    IReadOnlyList<string> Authors,
    bool Ships,
    IReadOnlyList<string> Needs);
