// A long history, through the command as a user runs it.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class LargeImportTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const int Sessions = 5_000;
    private const int SetsEach = 20;

    /// <summary>For machines that are busy with something else; with one of one's own it is some seconds.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_hundred_thousand_rows_are_imported_with_progress_and_their_sums_are_right()
    {
        var export = Export();
        var started = Stopwatch.GetTimestamp();
        var result = await Exports.RunAsync(export, s => s with { Connection = fixture.Database.ConnectionString });
        var took = Stopwatch.GetElapsedTime(started);

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.True(took < Bound, $"it took {took}");
        Assert.Contains("Reading: 100,000 rows", result.Output, StringComparison.Ordinal);
        Assert.Contains("Writing: 50,000 of 100,000 sets", result.Output, StringComparison.Ordinal);
        // Each session 20 sets of 5 x 60 kg; all of them drained.
        Assert.Equal("5000 sessions, 30000000 kg", await fixture.Database.ScalarAsync<string>("""
            select sum(w.session_count) || ' sessions, ' || trim_scale(sum(w.total_volume_kg)) || ' kg'
            from analytics.weekly_aggregates_current as w
            """));
        await new Workouts(fixture.Database).AssertExactAsync();
    }

    private static string Export()
    {
        var text = new StringBuilder(Exports.StrongHeader).Append('\n');
        var start = new DateTime(2010, 1, 4, 18, 0, 0);
        for (var session = 0; session < Sessions; session++)
            for (var set = 0; set < SetsEach; set++)
                text.Append(CultureInfo.InvariantCulture,
                    $"{start.AddDays(session):yyyy-MM-dd HH:mm:ss},Evening,1h 5m,Exercise {set / 4},{(set % 4) + 1},60,5,0,0,,,\n");
        return text.ToString();
    }
}
