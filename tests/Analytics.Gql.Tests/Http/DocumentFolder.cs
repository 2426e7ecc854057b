// A folder of *.graphql files for one test.
using System.Security.Cryptography;
using System.Text;

namespace Analytics.Gql.Tests.Http;

public sealed class DocumentFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("documents-").FullName;

    /// <summary>The id that the specification gives a text.</summary>
    public static string IdOf(string text) => "sha256:" + HashOf(text);

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes the file and returns the document's id.</summary>
    public string Add(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return IdOf(text);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
