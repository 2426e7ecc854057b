// The documents that clients may name by an id instead of sending their text.
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using GraphQL.Types;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Documents;

/// <summary>A document with an id.</summary>
/// <param name="Id"><c>sha256:</c> and the hash of the file's bytes in lower-case hex.</param>
/// <param name="Operations">The names of its operations, in their order; empty when its only one has none.</param>
public sealed record TrustedDocument(string Id, string Text, IReadOnlyList<string> Operations);

/// <summary>A file with a document, before it is checked.</summary>
/// <param name="Name">How an error names it.</param>
public sealed record DocumentFile(string Name, byte[] Utf8);

/// <summary>The documents shipped with the server and those of the operator's folder.</summary>
/// <remarks>All of them are checked when this is made, which is at the start of the server: a client that was built
/// with one must not be the first to learn that it does not fit the schema.</remarks>
public sealed class TrustedDocuments
{
    private readonly FrozenDictionary<string, TrustedDocument> _byId;

    /// <exception cref="SettingsException">The folder or a file cannot be used; the message names file, line and
    /// remedy.</exception>
    public TrustedDocuments(
        ISchema schema, EngineOptions engine, DocumentCheck check, IOptions<DocumentOptions> options)
    {
        schema.Initialize();
        var files = engine.ShippedDocuments.Concat(FilesOf(options.Value.Folder));
        // A file may stand in both places, or under two names: its bytes decide.
        _byId = files.Select(file => Read(file, schema, check))
            .DistinctBy(document => document.Id).ToFrozenDictionary(document => document.Id, StringComparer.Ordinal);
    }

    /// <summary>In the order of their ids.</summary>
    public IEnumerable<TrustedDocument> All => _byId.Values.OrderBy(document => document.Id, StringComparer.Ordinal);

    public TrustedDocument? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The id of a document of these bytes.</summary>
    public static string IdOf(ReadOnlySpan<byte> utf8) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(utf8));

    private static IEnumerable<DocumentFile> FilesOf(string? folder)
    {
        if (string.IsNullOrEmpty(folder)) return [];
        const string key = $"{DocumentOptions.Section}:{nameof(DocumentOptions.Folder)}";
        if (!Directory.Exists(folder))
            throw new SettingsException(
                $"{key} is '{folder}', which is no folder. Name one with *.graphql files, or remove the setting.");
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.graphql", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Select(path => new DocumentFile(path, File.ReadAllBytes(path)))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{key}: {error.Message} Let the server's account read the folder.");
        }
    }

    private static TrustedDocument Read(DocumentFile file, ISchema schema, DocumentCheck check)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Utf8).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException error)
        {
            throw new SettingsException($"{file.Name}: byte {error.Index} is not UTF-8. Save the file as UTF-8.");
        }
        return new TrustedDocument(IdOf(file.Utf8), text, check.OperationsOf(file.Name, text, schema));
    }
}
