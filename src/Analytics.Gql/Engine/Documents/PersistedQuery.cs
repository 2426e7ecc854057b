// Reads extensions.persistedQuery, as Apollo's clients send it.
namespace Analytics.Gql.Engine.Documents;

internal static class PersistedQuery
{
    /// <summary>The hash that the request gives for its text, 64 lower-case hex digits; null when it gives
    /// none.</summary>
    /// <exception cref="ClientError">The member is there and cannot be read.</exception>
    public static string? HashOf(IReadOnlyDictionary<string, object?>? extensions)
    {
        if (extensions?.GetValueOrDefault("persistedQuery") is not { } given) return null;
        if (given is not IReadOnlyDictionary<string, object?> members)
            throw Wrong("is not an object");
        if (members.GetValueOrDefault("version") is not 1)
            throw Wrong($"has version '{members.GetValueOrDefault("version") ?? "none"}'; only 1 is known");
        if (members.GetValueOrDefault("sha256Hash") is not string { Length: 64 } hash
            || !hash.All(char.IsAsciiHexDigit))
            throw Wrong("has no sha256Hash of 64 hex digits");
        return hash.ToLowerInvariant();
    }

    private static ClientError Wrong(string what) => new(
        ErrorCodes.BadUserInput,
        $"extensions.persistedQuery {what}. "
        + """Send {"version": 1, "sha256Hash": "…"}, or leave it out and send 'query'.""");
}
