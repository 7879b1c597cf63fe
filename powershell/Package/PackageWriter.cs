using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Xml.Linq;

namespace PSScim.Package;

/// <summary>
/// Writes the package and the zip. The same files give the same bytes: entries in a fixed order, with a fixed time and
/// fixed rights; what compresses them is the .NET runtime, so another version of it may give other bytes.
/// </summary>
internal static class PackageWriter
{
    private static readonly XNamespace s_nuspec = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";

    /// <summary>The first moment that a zip can name, so that no clock is in the package.</summary>
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A regular file that all may read and its owner may write, as Unix has it in the upper half.</summary>
    private const int Rights = unchecked((int)0x81a40000);

    /// <summary>Returns the paths of the files made.</summary>
    internal static string[] Write(ModuleContent content, string folder)
    {
        string package = Path.Combine(folder, $"PSScim.{content.Version}.nupkg");
        string zip = Path.Combine(folder, $"PSScim.{content.Version}.zip");
        Directory.CreateDirectory(folder);
        Write(package,
        [
            ("_rels/.rels", Relations()),
            ("PSScim.nuspec", Nuspec(content)),
            .. content.Files.Select(file => (file, Content(content, file))),
            ("[Content_Types].xml", ContentTypes(content)),
        ]);
        // Azure Automation and people who unpack by hand want one folder of the module's name in it.
        Write(zip, content.Files.Select(file => ("PSScim/" + file, Content(content, file))));
        return [package, zip];
    }

    private static void Write(string path, IEnumerable<(string Name, byte[] Bytes)> files)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] bytes) in files)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = s_time;
            entry.ExternalAttributes = Rights;
            using Stream stream = entry.Open();
            stream.Write(bytes);
        }
    }

    private static byte[] Content(ModuleContent content, string file) => File.ReadAllBytes(Path.Combine(content.Folder, file));

    /// <summary>What Publish-Module would write: the Gallery finds modules and cmdlets by these tags.</summary>
    private static byte[] Nuspec(ModuleContent content) => Xml(new XElement(s_nuspec + "package",
        new XElement(s_nuspec + "metadata",
            new XElement(s_nuspec + "id", "PSScim"),
            new XElement(s_nuspec + "version", content.Version),
            new XElement(s_nuspec + "authors", content.Text("Author")),
            new XElement(s_nuspec + "owners", content.Text("CompanyName")),
            new XElement(s_nuspec + "requireLicenseAcceptance", "false"),
            new XElement(s_nuspec + "license", new XAttribute("type", "expression"), "MIT OR Apache-2.0"),
            new XElement(s_nuspec + "icon", "icon.png"),
            new XElement(s_nuspec + "projectUrl", content.PSData("ProjectUri")),
            new XElement(s_nuspec + "iconUrl", content.PSData("IconUri")),
            new XElement(s_nuspec + "description", content.Text("Description")),
            new XElement(s_nuspec + "releaseNotes", content.PSData("ReleaseNotes")),
            new XElement(s_nuspec + "copyright", content.Text("Copyright")),
            new XElement(s_nuspec + "tags", string.Join(' ', Tags(content))))));

    private static IEnumerable<string> Tags(ModuleContent content) =>
        [.. content.Tags, "PSModule", "PSIncludes_Cmdlet", .. content.Cmdlets.SelectMany(name => new[] { "PSCmdlet_" + name, "PSCommand_" + name })];

    private static byte[] Relations()
    {
        XNamespace relations = "http://schemas.openxmlformats.org/package/2006/relationships";
        return Xml(new XElement(relations + "Relationships",
            new XElement(relations + "Relationship",
                new XAttribute("Type", "http://schemas.microsoft.com/packaging/2010/07/manifest"),
                new XAttribute("Target", "/PSScim.nuspec"),
                new XAttribute("Id", "manifest"))));
    }

    private static byte[] ContentTypes(ModuleContent content)
    {
        XNamespace types = "http://schemas.openxmlformats.org/package/2006/content-types";
        IEnumerable<string> extensions = content.Files.Select(Path.GetExtension).Where(e => e!.Length > 1).Select(e => e![1..]);
        return Xml(new XElement(types + "Types",
            new XElement(types + "Default", new XAttribute("Extension", "rels"), new XAttribute("ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
            from extension in extensions.Append("nuspec").Distinct().Order(StringComparer.Ordinal)
            select new XElement(types + "Default", new XAttribute("Extension", extension), new XAttribute("ContentType", "application/octet")),
            from file in content.Files
            where Path.GetExtension(file).Length == 0
            select new XElement(types + "Override", new XAttribute("PartName", "/" + file), new XAttribute("ContentType", "application/octet"))));
    }

    private static byte[] Xml(XElement root) =>
        Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString().ReplaceLineEndings("\n") + "\n");
}
