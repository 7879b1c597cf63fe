using System;
using System.IO;
using System.Linq;

namespace PSScim.Package;

/// <summary>
/// <c>PSScim.Package MODULE OUT [--require-all-platforms]</c>: packs the module in the folder MODULE into OUT; with the
/// option, only if it is fit for a release.
/// Exit code 1: the module is not fit to be packed, and standard error says why.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        bool isRelease = args.Contains("--require-all-platforms");
        string[] folders = [.. args.Where(a => !a.StartsWith('-'))];
        if (folders.Length != 2)
        {
            Console.Error.WriteLine("Usage: PSScim.Package MODULE OUT [--require-all-platforms]");
            return 64;
        }
        try
        {
            ModuleContent content = ModuleContent.Read(folders[0], isRelease);
            foreach (string file in PackageWriter.Write(content, folders[1]))
                Console.WriteLine($"{file}: {new FileInfo(file).Length:N0} bytes");
            foreach ((string file, NativeLibrary library) in content.Libraries)
                Console.WriteLine($"{file}: {library.Length:N0} bytes{(library.Glibc is null ? "" : $", needs glibc {library.Glibc}")}");
            return 0;
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error : {problem.Message}");
            return 1;
        }
    }
}
