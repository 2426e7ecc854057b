// Whether two servers say the same, however each writes it: before anything is timed.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.Gql.Bench.Peers;

internal static class AnswerCheck
{
    /// <summary>Readings of the clock, and what a client must not look into.</summary>
    private static readonly HashSet<string> Ignored = ["asOf", "lagS", "startCursor", "endCursor"];

    /// <summary>
    /// The member 'data' in one form: members and users sorted, numbers as doubles also where they come as text, instants in
    /// UTC, and without what differs from second to second.
    /// </summary>
    /// <param name="answer">UTF-8 JSON.</param>
    /// <param name="withFreshness">False leaves out the fields 'freshness' and 'lastRefreshAt'.</param>
    /// <exception cref="InvalidOperationException">The answer has errors or no data.</exception>
    public static string Normal(byte[] answer, bool withFreshness)
    {
        var root = JsonNode.Parse(answer)?.AsObject();
        return root is not null && !root.ContainsKey("errors") && root["data"] is { } data
            ? Of(data, withFreshness)!.ToJsonString()
            : throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(answer));
    }

    private static JsonNode? Of(JsonNode? node, bool withFreshness) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Where(m => !Ignored.Contains(m.Key) && (withFreshness || m.Key is not "freshness"))
            .Select(m => KeyValuePair.Create(m.Key, m.Key == "users" ? Users(m.Value!, withFreshness) : Of(m.Value, withFreshness)))),
        JsonArray elements => new JsonArray([.. elements.Select(e => Of(e, withFreshness))]),
        JsonValue value => Of(value),
        _ => null,
    };

    // A connection, or the list itself; in whatever order.
    private static JsonArray Users(JsonNode users, bool withFreshness) => new(
    [
        .. (users as JsonArray ?? users["nodes"]!.AsArray()).OrderBy(u => (string?)u!["id"], StringComparer.Ordinal)
            .Select(u => Of(u, withFreshness)),
    ]);

    private static JsonNode Of(JsonValue value)
    {
        if (value.GetValueKind() == JsonValueKind.Number)
            return value.GetValue<double>();
        if (value.GetValueKind() != JsonValueKind.String)
            return value.DeepClone();
        var text = value.GetValue<string>();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        return text.Length > 10 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var instant)
            ? instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
            : text;
    }
}
