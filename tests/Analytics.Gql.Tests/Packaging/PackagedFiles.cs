// The files that are handed to operators, as they are in the repository.
using System.Runtime.CompilerServices;

namespace Analytics.Gql.Tests.Packaging;

internal static class PackagedFiles
{
    private static readonly string Repository =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    /// <param name="path">From the repository's root.</param>
    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Repository, path));

    private static string Here([CallerFilePath] string path = "") => path;
}
