// Personal records of users, many in one statement; and how many fall into which week.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using GraphQL.DataLoader;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.PersonalRecords;

/// <summary>Whose records, and how much they must contain.</summary>
public readonly record struct RecordsAsked(RecordsRequest Records, Consistency Consistency);

public sealed class PersonalRecordsLoader(
    PersonalRecordsReader reader, ModeMonitor mode, IOptions<LimitOptions> limits)
    : BatchLoader<RecordsAsked, RecordsOfUser>
{
    /// <summary>For the cost of an operation: few train more exercises.</summary>
    public const int UsualExercises = 30;

    /// <exception cref="ClientError">More exercises are asked for, or were found, than the limit.</exception>
    public IDataLoaderResult<PersonalRecords> Load(
        Guid userId, IReadOnlyList<Guid>? exerciseIds, Consistency consistency)
    {
        var most = limits.Value.MaxExercises;
        if (exerciseIds?.Count > most)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"personalRecords: {exerciseIds.Count} exercise ids; at most {most}. Ask for the rest in another field.");
        var request = new RecordsRequest(userId, exerciseIds is null ? null : RecordsRequest.Join(exerciseIds));
        return Load(new RecordsAsked(request, consistency)).Then(found => found.Records.Count <= most
            ? new PersonalRecords(userId, found, consistency)
            : throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"personalRecords: user {userId} has records in more than {most} exercises. Name some in 'exerciseIds'."));
    }

    protected override object? PartitionOf(RecordsAsked key) => key.Consistency;

    protected override async Task<IReadOnlyList<RecordsOfUser>> FetchAsync(
        IReadOnlyList<RecordsAsked> keys, CancellationToken ct)
    {
        // One more than the limit tells that there are more.
        var found = await reader.ReadAsync(
            [.. keys.Select(key => key.Records)], limits.Value.MaxExercises + 1,
            mode.SourceFor(keys[0].Consistency), ct);
        return [.. keys.Select(key => found[key.Records])];
    }
}

/// <summary>How many records were set in a week and still stand.</summary>
public sealed class PersonalRecordCountLoader(PersonalRecordsReader reader, ModeMonitor mode)
    : BatchLoader<WeekAsked, int>(maxBatchSize: 10_000)
{
    protected override object? PartitionOf(WeekAsked key) => key.Consistency;

    protected override async Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<WeekAsked> keys, CancellationToken ct)
    {
        var found = await reader.CountAsync(
            [.. keys.Select(key => key.Week)], mode.SourceFor(keys[0].Consistency), ct);
        return [.. keys.Select(key => found.GetValueOrDefault(key.Week))];
    }
}
