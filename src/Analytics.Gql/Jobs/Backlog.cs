// A backlog of staged changes: how far it is, and when a full refresh is the shorter way through it.
using System.Diagnostics;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Jobs;

// full batches ⇒ beyond the limit? ⇒ a full refresh is staged, and only what is newer is drained until it is done
//              ⇒ else drained batch by batch; every ten seconds the log says how far

/// <summary>One worker's view of the backlog; asked after each full batch.</summary>
public sealed partial class Backlog(
    RefreshControl control, Staging staging, IOptions<RefreshOptions> options, ILogger<Backlog> log)
{
    /// <summary>Below this draining takes a minute or two, whatever share of a small database it is.</summary>
    private const long LeastForFullRefresh = 20_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private long _lookedAt;
    private long _drained;
    private DateTime? _foldedSince;

    /// <summary>What may be left to the full refresh that has been asked for at this time: null unless it is this backlog's.</summary>
    public DateTime? OnlySince(DateTime? fullRefreshAskedAt) =>
        fullRefreshAskedAt is not null && fullRefreshAskedAt == _foldedSince ? _foldedSince : null;

    /// <summary>Notes a full batch, and looks at the whole queue now and then.</summary>
    public async Task NoteAsync(long drained, RefreshStatus status, CancellationToken ct)
    {
        _drained += drained;
        if (_lookedAt != 0 && Stopwatch.GetElapsedTime(_lookedAt) < LookEvery)
            return;
        var limit = await LimitAsync(ct);
        var staged = await control.CountStagedAsync(limit + 1, ct);
        if (staged > limit)
            await LeaveToFullRefreshAsync(limit, status, ct);
        else if (_lookedAt != 0)
        {
            var perSecond = _drained / Stopwatch.GetElapsedTime(_lookedAt).TotalSeconds;
            LogProgress(log, staged, perSecond, TimeSpan.FromSeconds(Math.Ceiling(staged / Math.Max(perSecond, 1))));
        }
        (_lookedAt, _drained) = (Stopwatch.GetTimestamp(), 0);
    }

    /// <summary>The queue ran empty: the next full batch begins another backlog.</summary>
    public void Forget() => (_lookedAt, _drained) = (0, 0);

    private async Task<long> LimitAsync(CancellationToken ct) => Math.Min(
        options.Value.MaxStaged,
        Math.Max(LeastForFullRefresh, await control.EstimateRowsAsync(ct) * options.Value.MaxStagedPercent / 100));

    private async Task LeaveToFullRefreshAsync(long limit, RefreshStatus status, CancellationToken ct)
    {
        if (!status.FullRefreshAsked)
        {
            LogBeyond(log, limit);
            await staging.StageFullRefreshAsync(ct);
            status = await control.ReadAsync(ct);
        }
        _foldedSince = status.FullRefreshAskedAt;
    }

    [LoggerMessage(LogLevel.Information, "Draining a backlog: {Staged} changes staged, {PerSecond:F0}/s, about {Left} left")]
    private static partial void LogProgress(ILogger log, long staged, double perSecond, TimeSpan left);

    [LoggerMessage(LogLevel.Warning, "More than {Limit} changes are staged; a full refresh is shorter and has been asked for")]
    private static partial void LogBeyond(ILogger log, long limit);
}
