// Which server a read asks: the replicas where there are some, and the primary for what only it can know.
using Analytics.Store.Readers;
using Npgsql;

namespace Analytics.Store;

// read ⇒ needs the primary? ⇒ the primary, or the fault
//      ⇒ else a replica ⇒ answered
//                       ⇒ cancelled by recovery, cut, gone ⇒ the primary ⇒ answered
//                                                                       ⇒ away too ⇒ the replicas once more, or the fault

/// <summary>The servers that reads go to. Every read is one statement and changes nothing, so that asking another server
/// again is safe.</summary>
/// <param name="primary">For reads, on the primary.</param>
/// <param name="replicas">For reads, a replica if one answers; null where there are none.</param>
public sealed class ReadServers(NpgsqlDataSource primary, NpgsqlDataSource? replicas = null) : IAsyncDisposable
{
    // What is asked of the primary only in addition does not wait again for one that has just not answered.
    private static readonly TimeSpan AwayFor = TimeSpan.FromSeconds(1);
    private long _awayUntil;

    /// <summary>One server for everything.</summary>
    public static implicit operator ReadServers(NpgsqlDataSource only) => new(only);

    /// <param name="connection">Of the primary.</param>
    /// <param name="readConnection">Of the replicas; null or the same server: there are none.</param>
    public static ReadServers Open(string connection, string? readConnection, TimeSpan statementTimeout)
    {
        if (readConnection is null)
            return new ReadServers(DataSources.Reads(connection, statementTimeout));
        var atPrimary = DataSources.Reads(DataSources.AtServersOf(readConnection, connection), statementTimeout);
        return DataSources.IsSameServer(readConnection, connection)
            ? new ReadServers(atPrimary)
            : new ReadServers(atPrimary, DataSources.Replicas(readConnection, statementTimeout));
    }

    public bool HasReplicas => replicas is not null;

    /// <summary>Connections that reads may have at once to the server that most go to.</summary>
    public int MaxConnections => new NpgsqlConnectionStringBuilder((replicas ?? primary).ConnectionString).MaxPoolSize;

    /// <summary>Asks one statement.</summary>
    /// <param name="ask">May run more than once, each time on another connection.</param>
    /// <param name="ofPrimary">Whatever the source.</param>
    public Task<T> AskAsync<T>(
        ReadSource source, Func<NpgsqlConnection, Task<T>> ask, CancellationToken ct, bool ofPrimary = false) =>
        replicas is null || ofPrimary || source.NeedsPrimary() ? AskAsync(primary, ask, ct) : AskNearestAsync(replicas, ask, ct);

    /// <summary>Asks for things by id. Those that a replica does not know may be newer than what has reached it: the primary
    /// is asked for them, and while it is away they are unknown.</summary>
    public async Task<IReadOnlyDictionary<Guid, T>> FindAsync<T>(
        IReadOnlyCollection<Guid> ids, ReadSource source,
        Func<NpgsqlConnection, IReadOnlyList<Guid>, Task<IReadOnlyDictionary<Guid, T>>> ask, CancellationToken ct)
    {
        var all = ids as IReadOnlyList<Guid> ?? [.. ids];
        var found = await AskAsync(source, connection => ask(connection, all), ct).ConfigureAwait(false);
        if (replicas is null || source.NeedsPrimary() || found.Count >= all.Count || IsAway)
            return found;
        var missing = all.Where(id => !found.ContainsKey(id)).ToList();
        try
        {
            var newer = await AskAsync(primary, connection => ask(connection, missing), ct).ConfigureAwait(false);
            return found.Concat(newer).ToDictionary();
        }
        catch (Exception e) when (IsFaultOfServer(e, ct))
        {
            NoteAway();
            return found;
        }
    }

    /// <summary>Asks the replicas alone.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public Task<T> AskReplicasAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken ct) =>
        AskAsync(replicas ?? throw new InvalidOperationException("There are no replicas."), ask, ct);

    public async ValueTask DisposeAsync()
    {
        await primary.DisposeAsync();
        if (replicas is not null) await replicas.DisposeAsync();
    }

    private async Task<T> AskNearestAsync<T>(
        NpgsqlDataSource nearest, Func<NpgsqlConnection, Task<T>> ask, CancellationToken ct)
    {
        try
        {
            return await AskAsync(nearest, ask, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFaultOfServer(e, ct))
        {
            // Below, and not in here: the fault's stack need not stay.
        }
        try
        {
            if (!IsAway) return await AskAsync(primary, ask, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFaultOfServer(e, ct))
        {
            NoteAway();
        }
        return await AskAsync(nearest, ask, ct).ConfigureAwait(false);
    }

    private static async Task<T> AskAsync<T>(
        NpgsqlDataSource server, Func<NpgsqlConnection, Task<T>> ask, CancellationToken ct)
    {
        await using var connection = await server.OpenConnectionAsync(ct).ConfigureAwait(false);
        return await ask(connection).ConfigureAwait(false);
    }

    private bool IsAway => Environment.TickCount64 < Volatile.Read(ref _awayUntil);

    private void NoteAway() => Volatile.Write(ref _awayUntil, Environment.TickCount64 + (long)AwayFor.TotalMilliseconds);

    /// <summary>Another server may well answer: this one is gone, full, starting, shutting down, or had to cancel the read so
    /// that its recovery could go on (40001, 40P01).</summary>
    private static bool IsFaultOfServer(Exception e, CancellationToken ct) => !ct.IsCancellationRequested && e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => true,
        PostgresException refused => refused.SqlState[..2] is "08" or "53"
            || (refused.SqlState.StartsWith("57P", StringComparison.Ordinal)),
        NpgsqlException or TimeoutException => true,
        _ => false,
    };
}
