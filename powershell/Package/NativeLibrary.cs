using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace PSScim.Package;

/// <summary>
/// One platform's native library, held against what may go into a package: its size, its processor, what it exports and
/// what it needs of the system. Of a macOS library only the size is looked at.
/// </summary>
internal sealed class NativeLibrary
{
    /// <summary>The most bytes that it may have.</summary>
    internal const long Largest = 8_000_000;

    /// <summary>The newest glibc that a release may need: that of RHEL 8.</summary>
    internal static readonly Version ReleaseGlibc = new(2, 28);

    private readonly List<string> _problems = [];

    /// <param name="path">The file.</param>
    /// <param name="rid">The platform in whose folder it is.</param>
    /// <param name="isRelease">Whether it must run on every system that a release is for.</param>
    /// <exception cref="InvalidDataException">The file is no library of the platform's system.</exception>
    internal NativeLibrary(string path, string rid, bool isRelease)
    {
        Length = new FileInfo(path).Length;
        if (Length > Largest)
            _problems.Add($"has {Length:N0} bytes, more than {Largest:N0}.");
        if (rid.StartsWith("linux-", StringComparison.Ordinal))
            CheckLinux(new ElfImage(path), rid, isRelease);
        else if (rid.StartsWith("win-", StringComparison.Ordinal))
        {
            using var image = new PeImage(path);
            CheckWindows(image, rid);
        }
    }

    internal long Length { get; }

    /// <summary>The glibc that it needs; null where it needs none.</summary>
    internal Version? Glibc { get; private set; }

    /// <summary>Why it may not go into a package; none when it may.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    private void CheckLinux(ElfImage image, string rid, bool isRelease)
    {
        CheckProcessor(image.Machine == (rid.EndsWith("-arm64", StringComparison.Ordinal) ? ElfImage.Arm64 : ElfImage.X64));
        CheckSymbols(image.HasSymbols);
        CheckExports(image.Exports());
        Glibc = image.NeededSymbolVersions().Select(v => Regex.Match(v, @"^GLIBC_(\d+(\.\d+)+)$").Groups[1].Value)
            .Where(v => v.Length > 0).Select(Version.Parse).Max();
        bool isMusl = rid.Contains("musl", StringComparison.Ordinal);
        if (isMusl && Glibc is not null)
            _problems.Add($"needs glibc {Glibc}, which a system with musl has not.");
        if (!isMusl && isRelease && Glibc > ReleaseGlibc)
            _problems.Add($"needs glibc {Glibc}; a release may need {ReleaseGlibc}.");
    }

    private void CheckWindows(PeImage image, string rid)
    {
        CheckProcessor(image.Machine == rid switch { "win-arm64" => Machine.Arm64, "win-x86" => Machine.I386, _ => Machine.Amd64 });
        CheckSymbols(image.HasSymbols);
        CheckExports(image.Exports());
        // MinGW's and Visual C++'s own: not every Windows has them.
        string[] foreign = [.. image.Imports().Where(name => Regex.IsMatch(name, "^(lib|vcruntime|msvcp)", RegexOptions.IgnoreCase))];
        if (foreign.Length > 0)
            _problems.Add($"needs {string.Join(", ", foreign)}, which a Windows may not have.");
    }

    private void CheckProcessor(bool isRight)
    {
        if (!isRight)
            _problems.Add("is for another processor.");
    }

    private void CheckSymbols(bool areThere)
    {
        if (areThere)
            _problems.Add("is not stripped.");
    }

    private void CheckExports(IEnumerable<string> exports)
    {
        string[] names = [.. exports];
        string[] others = [.. names.Where(name => !name.StartsWith("scim_", StringComparison.Ordinal))];
        if (others.Length > 0)
            _problems.Add($"exports {string.Join(", ", others.Take(5))}; only scim_* may be.");
        if (others.Length == names.Length)
            _problems.Add("exports nothing named scim_*.");
    }
}
