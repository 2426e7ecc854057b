// The example of settings, the unit and the changelog say what the program does.
using System.Globalization;
using System.Text.RegularExpressions;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Http;
using Analytics.Gql.Jobs;
using Analytics.Gql.Telemetry;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Packaging;

public sealed class OperatorFilesTests
{
    private static readonly IReadOnlyDictionary<string, string> Example =
        PackagedFiles.Lines("src/Analytics.Gql/Packaging/analytics-gql.env")
            .Select(line => Regex.Match(line, "^#?([A-Za-z_0-9]+)=(.*)$")).Where(setting => setting.Success)
            .ToDictionary(setting => setting.Groups[1].Value, setting => setting.Groups[2].Value);

    // The example sets it, since nobody comes in without.
    private static readonly string[] Set = ["Analytics__Auth__Audience"];

    public static TheoryData<string, object> Options() => new()
    {
        { AuthOptions.Section, new AuthOptions() },
        { DocumentOptions.Section, new DocumentOptions() },
        { HttpOptions.Section, new HttpOptions() },
        { LimitOptions.Section, new LimitOptions() },
        { RefreshOptions.Section, new RefreshOptions() },
        { SchemaOptions.Section, new SchemaOptions() },
        { SubscriptionOptions.Section, new SubscriptionOptions() },
        { TelemetryOptions.Section, new TelemetryOptions() },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void The_example_has_every_setting_with_its_default_and_no_other(string section, object defaults)
    {
        var prefix = section.Replace(":", "__", StringComparison.Ordinal) + "__";
        var expected = defaults.GetType().GetProperties().Where(property => property.CanWrite)
            .ToDictionary(property => prefix + property.Name, property => Text(property.GetValue(defaults)));
        var actual = Example.Where(setting => setting.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key.Replace("__0", "", StringComparison.Ordinal), setting => setting.Value);
        foreach (var key in Set.Intersect(expected.Keys)) expected[key] = actual[key];
        Assert.Equal(expected.OrderBy(Key, StringComparer.Ordinal), actual.OrderBy(Key, StringComparer.Ordinal));

        static string Key(KeyValuePair<string, string> setting) => setting.Key;
    }

    [Fact]
    public void The_unit_waits_longer_for_the_server_to_leave_than_it_may_take()
    {
        var line = PackagedFiles.Lines("src/Analytics.Gql/Packaging/analytics-gql.service")
            .Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
        var patienceS = int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture);
        Assert.True(patienceS > new HttpOptions().DrainDelayS + new LimitOptions().RequestTimeoutS + 10, line);
    }

    [Fact]
    public async Task The_version_that_is_printed_is_the_newest_of_the_changelog()
    {
        var newest = PackagedFiles.Lines("docs/changelog.md")
            .Select(line => Regex.Match(line, @"^## \[(\d+\.\d+\.\d+)\]")).First(heading => heading.Success).Groups[1].Value;
        var printed = await ServerProcess.RunAsync(["--version"]);
        Assert.Equal(0, printed.ExitCode);
        Assert.Equal(newest, printed.Output.Trim().Split('+', '-')[0]);
    }

    private static string Text(object? value) => value switch
    {
        null or IReadOnlyList<string> => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
