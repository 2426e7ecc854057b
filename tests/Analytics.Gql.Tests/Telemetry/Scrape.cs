// What Prometheus reads at /metrics, taken apart.
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.Gql.Tests.Telemetry;

/// <param name="Labels">As they stand in the text, in its order.</param>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>The text format, as far as this server writes it.</summary>
internal sealed partial class Scrape
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, string> _units = [];

    private Scrape(IReadOnlyList<Sample> samples) => Samples = samples;

    public IReadOnlyList<Sample> Samples { get; }

    public static Scrape Of(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var scrape = new Scrape([.. lines.Where(line => line[0] != '#').Select(Read)]);
        foreach (var line in lines.Where(line => line[0] == '#').Select(line => line.Split(' ', 4)).Where(parts => parts.Length == 4))
        {
            if (line[1] == "TYPE") scrape._types[line[2]] = line[3];
            if (line[1] == "UNIT") scrape._units[line[2]] = line[3];
        }
        return scrape;
    }

    /// <summary>The sum of all samples of this name that have all these labels; 0 when there is none.</summary>
    public double Sum(string name, params (string Key, string Value)[] labels) => Samples
        .Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Key) == l.Value)).Sum(s => s.Value);

    /// <summary>A line for each metric: name, type, unit, and the keys of its labels.</summary>
    public IEnumerable<string> Shape() => _types.OrderBy(type => type.Key, StringComparer.Ordinal).Select(type =>
    {
        var keys = Samples.Where(s => FamilyOf(s.Name) == type.Key).SelectMany(s => s.Labels.Keys).Where(key => key != "le").Distinct().Order(StringComparer.Ordinal);
        return $"{type.Key} {type.Value} {_units.GetValueOrDefault(type.Key, "-")} {{{string.Join(", ", keys)}}}";
    });

    /// <summary>The values of this server's own, without buckets.</summary>
    public override string ToString() => string.Join('\n', Samples
        .Where(s => s.Name.StartsWith("analytics_", StringComparison.Ordinal) && !s.Labels.ContainsKey("le"))
        .Select(s => $"{s.Name} {string.Join(' ', s.Labels.Values)} {s.Value}"));

    private string FamilyOf(string name) => _types.ContainsKey(name) ? name : Suffix().Replace(name, "") is var family && _types.ContainsKey(family) ? family : name;

    private static Sample Read(string line)
    {
        var parts = Line().Match(line);
        Assert.True(parts.Success, line);
        return new Sample(
            parts.Groups["name"].Value,
            Label().Matches(parts.Groups["labels"].Value).ToDictionary(l => l.Groups[1].Value, l => l.Groups[2].Value),
            double.Parse(parts.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)")]
    private static partial Regex Line();

    [GeneratedRegex("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count|total)$")]
    private static partial Regex Suffix();
}
