// What a server tells Prometheus of itself, at /metrics.
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.Gql.Bench.Serving;

internal sealed partial class ServerMetrics
{
    private readonly List<(string Name, string Labels, double Value)> _samples;

    private ServerMetrics(string text) => _samples = [.. Line().Matches(text).Select(line => (
        line.Groups["name"].Value, line.Groups["labels"].Value,
        double.Parse(line.Groups["value"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture)))];

    /// <param name="endpoint">Of GraphQL.</param>
    public static async Task<ServerMetrics> ReadAsync(HttpClient http, Uri endpoint, CancellationToken ct) =>
        new(await http.GetStringAsync(new Uri(endpoint, "metrics"), ct));

    /// <summary>The sum of all samples of a metric, or of those with a label of this value; 0: there is none.</summary>
    public double Sum(string name, string? label = null) => _samples
        .Where(s => s.Name == name && (label is null || s.Labels.Contains($"\"{label}\"", StringComparison.Ordinal)))
        .Sum(s => s.Value);

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
