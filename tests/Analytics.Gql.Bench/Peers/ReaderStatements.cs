// The SQL of the store's readers as Npgsql sends it, recorded from the readers themselves: whoever is compared with this
// project runs the very same statements, also after they have changed.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Analytics.Store.Readers;
using Npgsql;

namespace Analytics.Gql.Bench.Peers;

/// <param name="Text">With named parameters.</param>
internal sealed partial record ReaderStatement(string Name, string Text)
{
    /// <param name="sent">With named parameters, or with numbered ones.</param>
    /// <param name="names">Of the numbered ones, in their order.</param>
    public static ReaderStatement Of(string name, string sent, IReadOnlyList<string> names) => new(
        name, Numbered().Replace(sent, match => $"@{names[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1]}"));

    /// <summary>Of the readers' parameters. A driver that sends text needs to be told.</summary>
    private static readonly Dictionary<string, string> Types = new()
    {
        ["userIds"] = "uuid[]",
        ["firsts"] = "date[]",
        ["lasts"] = "date[]",
        ["timeZones"] = "text[]",
        ["source"] = "text",
        ["limit"] = "int",
        ["mostPerWeek"] = "int",
    };

    /// <summary>In the order in which <see cref="Positional"/> numbers them.</summary>
    public IReadOnlyList<string> Parameters { get; } = [.. Named().Matches(Text).Select(m => m.Groups[1].Value).Distinct()];

    /// <summary>With $1, $2, … of given types, as drivers without names for parameters want it.</summary>
    public string Positional => Written((_, place) => $"${place}");

    /// <summary>With another name for each parameter; its type is added.</summary>
    public string Written(Func<string, int, string> name) => Named().Replace(Text, match =>
    {
        var parameter = match.Groups[1].Value;
        var place = Parameters.TakeWhile(p => p != parameter).Count() + 1;
        return Types.TryGetValue(parameter, out var type)
            ? $"{name(parameter, place)}::{type}"
            : throw new InvalidOperationException(
                $"The reader's statement '{Name}' has a parameter @{parameter}. Add its type to {nameof(ReaderStatement)}.");
    });

    [GeneratedRegex(@"@(\w+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Numbered();
}

internal sealed record ReaderStatements(
    ReaderStatement Weeks, ReaderStatement WeeksWithTotals, ReaderStatement Page, ReaderStatement Users,
    ReaderStatement Freshness, ReaderStatement WeekSessions)
{
    /// <summary>As the server asks: one more than its limit tells that there are more.</summary>
    public const int MostPerWeek = 501;

    public IEnumerable<ReaderStatement> All => [Weeks, WeeksWithTotals, Page, Users, Freshness, WeekSessions];

    public static async Task<ReaderStatements> RecordAsync(NpgsqlDataSource reads, CancellationToken ct)
    {
        var nobody = Guid.Empty;
        var week = new DateOnly(2026, 1, 5);
        WeekRange[] range = [new(nobody, week, week, WeekCalendar.Iso)];
        var weeks = new WeeklyAggregatesReader(reads);
        return new ReaderStatements(
            await OfAsync("weeks", () => weeks.ReadAsync(range, default, ReadSource.Incremental, ct),
                "userIds", "firsts", "lasts"),
            await OfAsync("weeksWithTotals", () => weeks.ReadAsync(
                range, new WeeksWanted(Totals: true, Details: true, ExerciseCounts: true), ReadSource.Incremental, ct),
                "userIds", "firsts", "lasts"),
            await OfAsync("page", () => new SessionPagesReader(reads).ReadAsync(
                [new SessionPageRequest(nobody, new SessionFilter(), SessionOrder.StartedAtDesc, PeerQuery.PageSize, false, null)],
                ReadSource.Incremental, ct), "userIds", "limit"),
            await OfAsync("users", () => new UsersReader(reads).ReadAsync([nobody], ct), "userIds"),
            await OfAsync("freshness", () => new FreshnessReader(reads).ReadAsync([nobody], ReadSource.Incremental, ct),
                "userIds", "source"),
            await OfAsync("weekSessions", () => new SessionSummariesReader(reads).ReadWeeksAsync(
                [new UserWeek(nobody, week, WeekCalendar.Iso)], MostPerWeek, ReadSource.Incremental, ct),
                "userIds", "firsts", "timeZones", "mostPerWeek"));
    }

    private static async Task<ReaderStatement> OfAsync(
        string name, Func<Task> read, params IReadOnlyList<string> parameters)
    {
        var sent = new List<string>();
        using var parent = new Activity(name).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == parent.TraceId && activity.GetTagItem("db.query.text") is string text)
                    sent.Add(text);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await read();
        return ReaderStatement.Of(name, sent.Single(), parameters);
    }
}
