// Pages of sessions: one statement for all pages of the same shape.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Store.Readers;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.SessionSummaries;

/// <summary>The arguments of a page, as they came.</summary>
public sealed record PageArguments(
    Guid UserId, SessionSummaryFilter? Where, SessionSummaryOrder Order,
    int? First, string? After, int? Last, string? Before, Consistency Consistency)
{
    public bool IsBackward => Last is not null;
}

/// <summary>A page, and how much it must contain.</summary>
public readonly record struct PageAsked(SessionPageRequest Page, Consistency Consistency);

public sealed class SessionPageLoader(SessionPagesReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : BatchLoader<PageAsked, SessionPage>
{
    public const int DefaultPageSize = 20;
    private const int MostActivityTypes = 20;

    /// <exception cref="ClientError">The arguments contradict each other or ask for too much.</exception>
    public IDataLoaderResult<SessionSummaryConnection> Load(PageArguments arguments) =>
        Load(new PageAsked(ToRequest(arguments), arguments.Consistency)).Then(page => new SessionSummaryConnection(page, arguments));

    protected override object? PartitionOf(PageAsked key) => (SessionPageShape.Of(key.Page), key.Consistency);

    protected override async Task<IReadOnlyList<SessionPage>> FetchAsync(IReadOnlyList<PageAsked> keys, CancellationToken ct)
    {
        var found = await reader.ReadAsync([.. keys.Select(key => key.Page)], mode.SourceFor(keys[0].Consistency), ct);
        return [.. keys.Select(key => found[key.Page])];
    }

    private SessionPageRequest ToRequest(PageArguments a)
    {
        var forward = a.First is not null || a.After is not null;
        var backward = a.Last is not null || a.Before is not null;
        if ((forward && backward) || (a.Before is not null && a.Last is null))
            throw Wrong("give 'first' with 'after', or 'last' with 'before', not a mixture.");
        var size = a.First ?? a.Last ?? DefaultPageSize;
        if (size < 1)
            throw Wrong($"a page of {size}; between 1 and {limits.Value.MaxPageSize}. Ask for at least one session.");
        if (size > limits.Value.MaxPageSize)
            throw TooMuch($"a page of {size}; between 1 and {limits.Value.MaxPageSize}. "
                + "Ask for the rest with 'after' or 'before'.");
        var cursor = a.After is not null ? Cursors.Read("after", a.After, a.Order)
            : a.Before is not null ? Cursors.Read("before", a.Before, a.Order) : null;
        return new SessionPageRequest(a.UserId, ToFilter(a.Where), (SessionOrder)a.Order, size, a.IsBackward, cursor);
    }

    private static SessionFilter ToFilter(SessionSummaryFilter? where)
    {
        if (where is null)
            return new SessionFilter();
        if (where.To < where.From)
            throw Wrong($"'from' {where.From:yyyy-MM-dd} lies after 'to' {where.To:yyyy-MM-dd}. Swap them.");
        if (where.ActivityTypes?.Count > MostActivityTypes)
            throw TooMuch($"{where.ActivityTypes.Count} activity types; at most {MostActivityTypes}. "
                + "Ask for the rest in another page.");
        if (where.ActivityTypes?.Any(type => type.Contains('\0', StringComparison.Ordinal)) == true)
            throw Wrong("an activity type contains the character U+0000, which no text in the database can. "
                + "Leave it out.");
        var types = where.ActivityTypes is { } wanted
            ? string.Join(SessionFilter.Separator, wanted.Distinct().Order(StringComparer.Ordinal))
            : null;
        return new SessionFilter(
            where.From, where.To, types, where.MinVolumeKg, where.MinDurationS, where.MinDistanceM, where.ExerciseId);
    }

    private static ClientError Wrong(string message) => new(ErrorCodes.BadUserInput, $"sessionSummaries: {message}");

    private static ClientError TooMuch(string message) => new(ErrorCodes.LimitExceeded, $"sessionSummaries: {message}");
}
