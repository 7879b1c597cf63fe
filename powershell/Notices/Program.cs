using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace PSScim.Notices;

/// <summary>
/// <c>PSScim.Notices CRATES CARGO.LOCK PACKAGES.LOCK.JSON NUGET-PACKAGES OUT</c>: writes <c>PSScim.cdx.json</c>, a
/// CycloneDX bill of materials, and <c>THIRD-PARTY-NOTICES.txt</c> into the folder OUT. CRATES is the folder
/// into which rust/Cargo.proj has put what cargo says. The same locks give the same bytes.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 5)
        {
            Console.Error.WriteLine("PSScim.Notices <crates> <Cargo.lock> <packages.lock.json> <NuGet packages> <out>");
            return 64;
        }
        try
        {
            CrateGraph crates = CrateGraph.Read(arguments[0], CargoLock.Read(arguments[1]));
            List<Component> packages = NuGetLock.Read(arguments[2], arguments[3]);
            Directory.CreateDirectory(arguments[4]);
            Write(Path.Combine(arguments[4], "THIRD-PARTY-NOTICES.txt"), NoticeFile.Text(crates.Components));
            // The last one: the build takes its age for that of both.
            Write(Path.Combine(arguments[4], "PSScim.cdx.json"), Bill.Json(crates.Version, crates.Project, crates.Direct, [.. crates.Components, .. packages]));
            return 0;
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error : {problem.Message}");
            return 1;
        }
    }

    private static void Write(string path, string text) =>
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}
