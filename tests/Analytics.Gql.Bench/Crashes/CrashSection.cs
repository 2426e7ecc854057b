// kill -9 again and again under load: nothing is lost, nothing is there twice, no lock stays behind.
//
// writers write, drains and full refreshes run ⇒ a random moment ⇒ kill ⇒ start again ⇒ first answer ⇒ nothing pending
//   ⇒ writers stop, queue empties, everything is compared ⇒ writers write, a drain and a full refresh succeed ⇒ …
//
// Compared before the full refresh, which would mend what a drain lost.
using System.Diagnostics;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Writing;
using Analytics.Store.Refresh;
using Dapper;

namespace Analytics.Gql.Bench.Crashes;

internal sealed class CrashSection
{
    private const int Sessions = 5_000;
    private const int Seed = 20261125;
    private const int KillsPerLine = 10;
    private const int LongestWaitMs = 1_500;

    /// <summary>More than the half minute after which a failed full refresh is tried again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly CrashRig _rig;
    private readonly CrashTally _tally;
    private readonly Random _random = new(Seed);

    private CrashSection(CrashRig rig, CrashTally tally) => (_rig, _tally) = (rig, tally);

    public static async Task RunAsync(int kills, Report report, Progress progress, CancellationToken ct)
    {
        var tally = new CrashTally();
        var version = await progress.ShowAsync("crashes", async log =>
        {
            await using var rig = await CrashRig.StartAsync(new BenchSize(Sessions), tally.Writes, log, ct);
            await new CrashSection(rig, tally).RunAsync(kills, log, ct);
            await using var connection = await rig.Primary.OpenConnectionAsync(ct);
            return connection.ServerVersion;
        });
        report.Section("Crashes",
            $"{kills} times kill -9 of the server, of PostgreSQL with all its backends, or of both, at random moments "
            + $"(seed {Seed}) while four writers insert, change, move and delete sessions and drains and full refreshes "
            + $"run; {Sessions:N0} sessions, fsync on. Milliseconds from the start of what was killed until it takes "
            + "connections, to the first answer without error, and to nothing pending of what was staged before the "
            + "kill. After each kill the writers stop, the queue must run empty, each aggregate is compared with the "
            + "base tables and core with what the writers noted; then a drain and a full refresh must succeed. "
            + $"PostgreSQL {version}; {Setting.Machine}.");
        tally.Print(report);
    }

    private async Task RunAsync(int kills, Action<string> log, CancellationToken ct)
    {
        _rig.StartWriters(ct);
        for (var kill = 1; kill <= kills; kill++)
        {
            await KillAsync(
                _random.Next(20) switch { < 9 => Victim.Server, < 18 => Victim.PostgreSQL, _ => Victim.Both }, ct);
            if (kill % KillsPerLine == 0 || kill == kills)
                log($"{kill} kills");
        }
        await _rig.StopWritersAsync();
        _tally.Refreshes = await RefreshCounts.ReadAsync(_rig.Primary, ct);
    }

    private async Task KillAsync(Victim victim, CancellationToken ct)
    {
        var refreshing = await BeginFullRefreshAsync(victim, ct);
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(LongestWaitMs)), ct);
        var killedAt = DateTime.UtcNow;
        await _rig.KillAsync(victim);
        await refreshing;

        var started = Stopwatch.GetTimestamp();
        await _rig.StartAgainAsync(victim, ct);
        var up = Stopwatch.GetElapsedTime(started);
        var answers = await UntilAsync(() => _rig.AnswersAsync(ct), ct);
        var answered = Stopwatch.GetElapsedTime(started);
        var settles = await UntilAsync(() => NothingStagedBeforeAsync(killedAt, ct), ct);
        _tally.Recovered(victim, up, answered, Stopwatch.GetElapsedTime(started));

        await _rig.StopWritersAsync();
        settles &= await UntilAsync(() => NothingStagedBeforeAsync(DateTime.UtcNow.AddHours(1), ct), ct);
        await CoreComparison.RunAsync(_rig.All, _rig.Primary, _tally.Writes, ct);
        _rig.StartWriters(ct);

        var drains = await UntilAsync(async () => (await new Drain(_rig.Primary).RunBatchAsync(ct)).Ran, ct);
        var refreshes = await UntilAsync(
            async () => (await new FullRefresh(_rig.ConnectionString).RunAsync(ct)).Succeeded, ct);
        if (!(answers && settles && drains && refreshes))
        {
            _tally.StuckAfterKill++;
            _tally.Writes.Findings.Add(
                $"killed {victim} at {killedAt:O}; within {Patience}: answers {answers}, nothing pending {settles}, "
                + $"a drain {drains}, a full refresh {refreshes}");
        }
        if (_rig.ServerHasEnded)
        {
            _tally.ServersEndedByThemselves++;
            _tally.Writes.Findings.Add($"the server ended by itself after {victim} was killed at {killedAt:O}");
            await _rig.StartServerAsync(ct);
        }
    }

    /// <summary>Half of the kills have one to hit; the server runs those that are staged.</summary>
    private async Task<Task> BeginFullRefreshAsync(Victim victim, CancellationToken ct)
    {
        var draw = _random.Next(20);
        // Rarely before PostgreSQL dies alone: the server tries a full refresh that failed again after half a minute.
        if (draw < (victim is Victim.PostgreSQL ? 1 : 10))
            await new Staging(_rig.Primary).StageFullRefreshAsync(ct);
        else if (draw < 10)
            return RefreshUntilKilledAsync(ct);
        return Task.CompletedTask;
    }

    private async Task RefreshUntilKilledAsync(CancellationToken ct)
    {
        try
        {
            await new FullRefresh(_rig.ConnectionString).RunAsync(ct);
        }
        catch (Exception e) when (NotingWriter.IsBroken(e))
        {
            // That was the kill.
        }
    }

    private async Task<bool> NothingStagedBeforeAsync(DateTime at, CancellationToken ct)
    {
        await using var connection = await _rig.Primary.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select not exists (select from analytics.staging_changes where changed_at <= @at)",
            new { at }, cancellationToken: ct));
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> holds, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                return false;
            await Task.Delay(Poll, ct);
        }
        return true;
    }
}
