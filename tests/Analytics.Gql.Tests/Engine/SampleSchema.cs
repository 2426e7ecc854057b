// A small schema that has one of each: what the engine and the HTTP tests run against.
using System.Collections.Concurrent;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.Tests.Engine;

/// <summary>What the loaders fetched, in order, and what a test wants them to do.</summary>
public sealed class SampleLog
{
    public ConcurrentQueue<(string Loader, int Keys)> Fetches { get; } = [];

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Changes { get; set; }
}

public sealed class PersonLoader(SampleLog log) : BatchLoader<Guid, Person?>
{
    protected override async Task<IReadOnlyList<Person?>> FetchAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        log.Fetches.Enqueue(("person", keys.Count));
        await Task.Yield();
        return [.. keys.Select(id => SampleIds.NumberOf(id) is > 0 and < 1_000 ? new Person(id) : null)];
    }
}

public sealed class WeekLoader(SampleLog log) : GroupLoader<(Guid Person, int Weeks), Week>
{
    protected override async Task FetchRowsAsync(
        IReadOnlyList<(Guid Person, int Weeks)> keys, Action<int, Week> add, CancellationToken ct)
    {
        log.Fetches.Enqueue(("week", keys.Count));
        await Task.Yield();
        for (var i = 0; i < keys.Count; i++)
        {
            for (var week = 0; week < keys[i].Weeks; week++)
                add(i, new Week(new DateOnly(2026, 1, 5).AddDays(7 * week)));
        }
    }
}

public sealed class BrokenLoader(SampleLog log) : BatchLoader<int, int>
{
    protected override async Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<int> keys, CancellationToken ct)
    {
        log.Fetches.Enqueue(("broken", keys.Count));
        await Task.Yield();
        throw keys.Contains(7)
            ? new ClientError(ErrorCodes.NotFound, "There is no number 7.")
            : new InvalidOperationException("secret: password=hunter2");
    }
}

public static class SampleIds
{
    public static Guid Id(int number) => new(number, 0xabc, 0xdef, 1, 2, 3, 4, 5, 6, 7, 8);

    public static int NumberOf(Guid id) => BitConverter.ToInt32(id.ToByteArray());
}

/// <summary>Someone
/// who trains.</summary>
public sealed class Person(Guid id)
{
    public Guid Id => id;

    public string Name => $"Person {SampleIds.NumberOf(id)}";

    /// <summary>Weeks, oldest first.</summary>
    [ListSizeFrom("count")]
    public IDataLoaderResult<IReadOnlyList<Week>> Weeks([FromServices] WeekLoader loader, int count = 2) =>
        loader.Load((id, count));

    public IDataLoaderResult<Person?> Friend([FromServices] PersonLoader loader) =>
        loader.Load(SampleIds.Id(SampleIds.NumberOf(id) + 1));

    [ListSize(2)]
    public IReadOnlyList<IDataLoaderResult<Person?>> Friends([FromServices] PersonLoader loader) =>
        [Friend(loader), loader.Load(SampleIds.Id(SampleIds.NumberOf(id) + 2))];

    /// <summary>Ordinary and asynchronous: stands beside parked fields.</summary>
    public async Task<string> Slowly(CancellationToken ct)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(2), ct);
        return Name;
    }
}

/// <summary>One week.</summary>
public sealed record Week(DateOnly Start)
{
    public decimal VolumeKg { get; } = 62.500m;

    public DateTimeOffset RefreshedAt { get; } = new(2026, 1, 5, 8, 30, 0, 123, 456, TimeSpan.FromHours(2));
}

public enum WeekOrder { OldestFirst, LatestFirst }

public sealed record Page(IReadOnlyList<Week> Nodes, int Total);

/// <summary>A change.</summary>
/// <param name="PersonId">Who.</param>
/// <param name="Weeks">When.</param>
/// <param name="Order">In which order.</param>
public sealed record ChangeInput(
    Guid PersonId, IReadOnlyList<DateOnly>? Weeks = null, WeekOrder? Order = null);

[Name("Query")]
public sealed partial class SampleQuery
{
    /// <summary>A person by id; null when there is none.</summary>
    public static IDataLoaderResult<Person?> Person([FromServices] PersonLoader loader, Guid id) => loader.Load(id);

    [ListSizeFrom("ids")]
    public static IReadOnlyList<IDataLoaderResult<Person?>> People(
        [FromServices] PersonLoader loader, IReadOnlyList<Guid> ids) =>
        [.. ids.Select(id => loader.Load(id).Then(person =>
            person ?? throw new ClientError(ErrorCodes.NotFound, $"There is no person {id}.")))!];

    [ListSizeFrom("first", Default = 5)]
    public static Page Page(int? first) => new([.. Enumerable.Range(0, first ?? 5).Select(_ => new Week(default))], 5);

    public static IReadOnlyList<Week> Undeclared() => [];

    public static IDataLoaderResult<int> Broken([FromServices] BrokenLoader loader, int key) => loader.Load(key);
}

// The second part of a class that every feature adds to.
public sealed partial class SampleQuery
{
    public static string? Echo(string? text) => text;

    public static double? Number(double? value) => value;

    public static DateTimeOffset? Instant(DateTimeOffset? value) => value;

    public static DateOnly? Day(DateOnly? value) => value;

    public static Guid? IdOf(Guid? value) => value;

    public static WeekOrder Order(WeekOrder value = WeekOrder.LatestFirst) => value;

    public static IReadOnlyList<double>? Numbers() => [1.5, 0.1, 1e300, double.Epsilon, -0.0, 100];

    public static double NotANumber() => double.NaN;

    public static string Boom() => throw new InvalidOperationException("secret: password=hunter2");

    public static string Late() => throw new TimeoutException("secret: host=db1");

    public static string Refuse() => throw new ClientError(ErrorCodes.BadUserInput, "No: 5 weeks; at most 4. Ask for fewer.");

    public static async Task<string> Hang([FromServices] SampleLog log, CancellationToken ct)
    {
        log.Entered.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
            return "never";
        }
        finally
        {
            log.Cancelled.TrySetResult();
        }
    }
}

[Name("Mutation")]
public sealed class SampleMutation
{
    public static async Task<int> Change([FromServices] SampleLog log, ChangeInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var before = log.Changes;
        await Task.Yield();
        return log.Changes = before + 1; // loses a change if two ran at once
    }
}
