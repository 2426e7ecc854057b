// The spans of a trace as text: who is within whom, and what each tells.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Analytics.Gql.Tests.Telemetry;

public sealed partial class SpanTree(IReadOnlyList<Activity> spans)
{
    // What differs from run to run.
    private static readonly string[] Volatile =
    [
        "server.port", "db.npgsql.connection_id", "db.namespace", "network.protocol.version", "user_agent.original",
        "analytics.drain.number",
    ];

    // Whether a pool has a connection to give, and whether that one knows the statement, is chance.
    private static bool IsChance(Activity span) => span.Source.Name == "Npgsql" && span.GetTagItem("db.query.text") is null;

    public IReadOnlyList<Activity> Spans => spans;

    public override string ToString()
    {
        var text = new StringBuilder();
        var known = spans.Select(span => span.SpanId).ToHashSet();
        foreach (var root in Ordered(spans.Where(span => !known.Contains(span.ParentSpanId)))) Write(text, root, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, Activity span, int depth)
    {
        var indent = new string(' ', depth * 4);
        text.Append(CultureInfo.InvariantCulture, $"{indent}{Named(span)} ({span.Source.Name}, {span.Kind}, {span.Status})\n");
        foreach (var (key, value) in span.TagObjects.Where(tag => tag.Key != "db.npgsql.prepared").OrderBy(tag => tag.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{indent}  {key}: {Value(key, value)}\n");
        foreach (var child in Ordered(spans.Where(child => child.ParentSpanId == span.SpanId && !IsChance(child)))) Write(text, child, depth + 1);
    }

    // Npgsql calls a statement by its database, and every test has its own.
    private static string Named(Activity span) =>
        span.TagObjects.Any(tag => tag.Key == "db.namespace" && Equals(tag.Value, span.DisplayName)) ? "(database)" : span.DisplayName;

    // Batches of a level run at once: in the order of what they tell.
    private static IEnumerable<Activity> Ordered(IEnumerable<Activity> spans) => spans
        .OrderBy(span => span.DisplayName, StringComparer.Ordinal)
        .ThenBy(span => span.GetTagItem("analytics.loader") as string, StringComparer.Ordinal)
        .ThenBy(span => span.StartTimeUtc);

    private static string Value(string key, object? value) => Volatile.Contains(key) ? "(any)"
        : value is string[] list ? string.Join(", ", list)
        : Space().Replace(string.Create(CultureInfo.InvariantCulture, $"{value}"), " ").Trim() is { Length: > 120 } longer ? longer[..120] + "…"
        : Space().Replace(string.Create(CultureInfo.InvariantCulture, $"{value}"), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
