// The dashboard and the alert rules ask for metrics that exist, with labels that they have; the runbook knows every alert.
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Analytics.Gql.Tests.Telemetry;

public sealed partial class OperatorFilesTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    // Prometheus adds them when it scrapes.
    private static readonly string[] OfPrometheus = ["instance", "job"];

    [Fact]
    public async Task Every_metric_and_label_of_the_dashboard_and_of_the_alerts_is_in_a_scrape()
    {
        await server.UseAsync();
        var scrape = await server.ScrapeAsync();
        var labels = scrape.Samples.ToLookup(s => s.Name, s => s.Labels.Keys);
        var expressions = await ExpressionsAsync();
        Assert.True(expressions.Count > 50, $"only {expressions.Count} expressions were found");
        foreach (var expression in expressions)
        {
            var selectors = Selector().Matches(Grouping().Replace(expression, ""));
            Assert.True(selectors.Count > 0, $"{expression} asks for nothing");
            var known = OfPrometheus.ToHashSet();
            foreach (var name in selectors.Select(selector => selector.Groups["name"].Value))
            {
                Assert.True(labels.Contains(name), $"{name} is not scraped, but asked for in {expression}");
                known.UnionWith(labels[name].SelectMany(keys => keys));
            }
            var asked = selectors.SelectMany(selector => Matcher().Matches(selector.Groups["labels"].Value)).Select(m => m.Groups[1].Value)
                .Concat(Grouping().Matches(expression).SelectMany(m => Word().Matches(m.Groups[1].Value)).Select(m => m.Value));
            Assert.All(asked, label => Assert.True(known.Contains(label), $"There is no label {label}, which is asked for in {expression}"));
        }
    }

    [Fact]
    public async Task Every_alert_is_in_the_runbook_and_played_in_a_recorded_night()
    {
        var alerts = Alert().Matches(await ReadAsync("alerts.yml")).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(alerts);
        var played = await ReadAsync("alerts.test.yml");
        var runbook = await ReadAsync("../operations.md");
        foreach (var alert in alerts)
        {
            Assert.Contains($"### {alert}\n", runbook, StringComparison.Ordinal);
            Assert.Contains($"alertname: {alert}\n", played, StringComparison.Ordinal);
        }
        Assert.Equal(alerts.Count, Section().Count(runbook));
    }

    private static async Task<IReadOnlyList<string>> ExpressionsAsync()
    {
        using var dashboard = JsonDocument.Parse(await ReadAsync("grafana-dashboard.json"));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!)),
            // Folded over several lines or on one.
            .. Expression().Matches(await ReadAsync("alerts.yml")).Select(m => m.Groups[1].Value),
        ];
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(
        Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/operations", file));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"\b(?<name>(?:analytics|db|http|dotnet|quartz)_\w+)(?<labels>\{[^}]*\})?")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(?:by|on|group_left)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"expr: (?:>\n)?([\s\S]*?)\n        (?:for|labels):")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^### Analytics", RegexOptions.Multiline)]
    private static partial Regex Section();
}
