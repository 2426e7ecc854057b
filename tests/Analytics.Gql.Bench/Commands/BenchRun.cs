// Opens the database, measures the sections that were asked for, says what was missed.
using Analytics.Gql.Bench.Backlog;
using Analytics.Gql.Bench.Crashes;
using Analytics.Gql.Bench.Drains;
using Analytics.Gql.Bench.Freshness;
using Analytics.Gql.Bench.Latency;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Overhead;
using Analytics.Gql.Bench.Reads;
using Analytics.Gql.Bench.Subscriptions;
using Analytics.LocalPostgres;
using Npgsql;

namespace Analytics.Gql.Bench.Commands;

[Flags]
public enum BenchSections
{
    None = 0,
    Reads = 1,
    Drains = 2,
    Latency = 4,
    Crashes = 8,
    Overhead = 16,
    Freshness = 32,
    Backlog = 64,
    Subscriptions = 128,
    Beside = 256,
    All = Reads | Beside | Drains | Freshness | Latency | Overhead | Backlog | Subscriptions | Crashes,
}

/// <param name="Duration">Of each query's measurement, and of the writes.</param>
/// <param name="Rates">Writes a second, at least one.</param>
/// <param name="Kills">Of the crashes.</param>
public sealed record BenchSettings(
    DatabaseSettings Database, BenchSections Sections, TimeSpan Duration, IReadOnlyList<int> Rates, int Kills, FileInfo? Output);

public static class BenchRun
{
    internal const int Done = 0, TargetMissed = 1, Unusable = 2;

    public static Task<int> RunAsync(BenchSettings settings, CancellationToken ct) => GuardAsync(() => MeasureAsync(settings, ct));

    /// <summary>Says in a sentence why it could not run.</summary>
    internal static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is ArgumentException or LocalClusterException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Unusable;
        }
    }

    private static async Task<int> MeasureAsync(BenchSettings settings, CancellationToken ct)
    {
        var progress = new Progress();
        var report = new Report(Console.Out);
        // The crashes have a cluster of their own to kill.
        if (settings.Sections != BenchSections.Crashes)
            await MeasureDatabaseAsync(settings, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Crashes))
            await CrashSection.RunAsync(settings.Kills, report, progress, ct);
        if (settings.Sections == BenchSections.None)
            return Done;
        report.Summary();
        if (settings.Output is { } file)
            await report.SaveAsync(file, ct);
        return report.Missed.Count == 0 ? Done : TargetMissed;
    }

    private static async Task MeasureDatabaseAsync(
        BenchSettings settings, Report report, Progress progress, CancellationToken ct)
    {
        await using var database = await progress.ShowAsync(
            "database", log => BenchDatabase.OpenAsync(settings.Database, log, ct));
        report.Section("Setting", await Setting.DescribeAsync(database, ct));
        // Reads first: they start without a delta, which the other sections leave behind.
        if (settings.Sections.HasFlag(BenchSections.Reads))
            await ReadSection.RunAsync(database, settings.Duration, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Beside))
            await BesideSection.RunAsync(database, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Drains))
            await DrainSection.RunAsync(database, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Freshness))
            await FreshnessSection.RunAsync(database, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Latency))
            await LatencySection.RunAsync(database, settings.Duration, settings.Rates, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Overhead))
            await OverheadSection.RunAsync(database, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Backlog))
            await BacklogSection.RunAsync(database, report, progress, ct);
        if (settings.Sections.HasFlag(BenchSections.Subscriptions))
            await SubscriptionSection.RunAsync(database, report, progress, ct);
    }
}
