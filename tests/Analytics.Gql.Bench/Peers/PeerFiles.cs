// Where the peers' own files are: in the repository that this program was built from.
using Analytics.Gql.Bench.Peers.Load;

namespace Analytics.Gql.Bench.Peers;

internal static class PeerFiles
{
    private static readonly Lazy<string> Found = new(Find);

    /// <exception cref="MissingToolException">The program was taken out of the repository.</exception>
    public static string Repository => Found.Value;

    /// <summary>A file of tests/peers.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Repository, "tests", "peers", name);

    /// <summary>The Node that comes with the peers, the same for all of them: PostGraphile needs 22 or later.</summary>
    public static string Node()
    {
        var folders = Directory.Exists(Path("node_modules"))
            ? Directory.EnumerateDirectories(Path("node_modules"), "node-linux-*")
            : throw new MissingToolException("The peers are not installed. Run: npm ci --prefix tests/peers");
        return folders.Select(folder => System.IO.Path.Combine(folder, "bin", "node")).FirstOrDefault(File.Exists) ?? "node";
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Analytics.Gql.sln")))
                return folder.FullName;
        throw new MissingToolException("The peers are compared from within the repository. Use dotnet run --project tests/Analytics.Gql.Bench.");
    }
}
