// user, exercises ⇒ the file's sessions and sets into temporary tables ⇒ sessions ⇒ sets that vanished ⇒ sets ⇒ commit
//
// One transaction: an import that fails or is interrupted leaves nothing. Each id follows from the file, so that a second
// import of it finds everything there and writes nothing. Sessions that the file does not have stay.
using Analytics.Demo.Importing.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Analytics.Demo.Importing.Writing;

/// <summary>Rows of core that an import wrote.</summary>
public sealed record Written(
    Guid User, bool NewUser, int NewExercises, long NewSessions, long ChangedSessions, long NewSets, long ChangedSets, long DeletedSets)
{
    public long Rows => NewSessions + ChangedSessions + NewSets + ChangedSets + DeletedSets;
}

/// <summary>Writes a history into a migrated database.</summary>
public sealed class HistoryWriter(NpgsqlDataSource database)
{
    /// <summary>From here on autovacuum's statistics would come too late for the next drain's plans.</summary>
    internal const int ManyRows = 10_000;

    /// <param name="setsSent">Told the number of sets on their way to the database, now and then.</param>
    /// <exception cref="NpgsqlException">The database refused or was lost; nothing was changed.</exception>
    public async Task<Written> WriteAsync(TrainingHistory history, string userName, CancellationToken ct, Action<int>? setsSent = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, HistorySql.Settings, ct);
        var user = NameBasedId.OfUser(userName);
        var newUser = await ExecuteAsync(connection, HistorySql.User, ct, ("id", user), ("name", userName)) > 0;
        await ExecuteAsync(connection, HistorySql.LockUser, ct, ("id", user));
        var exercises = await ExerciseIds.ResolveAsync(connection, history, ct);

        await ExecuteAsync(connection, HistorySql.Tables, ct);
        await SendAsync(connection, history, user, exercises, setsSent, ct);
        await ExecuteAsync(connection, HistorySql.Index, ct);
        var changedSessions = await ExecuteAsync(connection, HistorySql.ChangedSessions, ct);
        var newSessions = await ExecuteAsync(connection, HistorySql.NewSessions, ct, ("user", user));
        var deletedSets = await ExecuteAsync(connection, HistorySql.VanishedSets, ct);
        var changedSets = await ExecuteAsync(connection, HistorySql.ChangedSets, ct);
        var newSets = await ExecuteAsync(connection, HistorySql.NewSets, ct);
        await transaction.CommitAsync(ct);

        var written = new Written(
            user, newUser, exercises.New, newSessions, changedSessions, newSets, changedSets, deletedSets);
        if (written.Rows >= ManyRows)
            await ExecuteAsync(connection, "analyze core.users, core.exercises, core.sessions, core.sets", ct);
        return written;
    }

    private static async Task SendAsync(
        NpgsqlConnection connection, TrainingHistory history, Guid user, ExerciseIds exercises, Action<int>? setsSent, CancellationToken ct)
    {
        var sessions = history.Sessions.Select(s => (Id: NameBasedId.OfSession(user, s.WrittenStart, s.Title), Session: s)).ToList();
        await BinaryCopy.RunAsync(connection, HistorySql.CopySessions, copy =>
        {
            foreach (var (id, session) in sessions)
                AddSession(copy, id, session);
        }, ct);
        await BinaryCopy.RunAsync(connection, HistorySql.CopyUnread, copy =>
        {
            foreach (var (id, session) in sessions)
                foreach (var ordinal in session.UnreadOrdinals)
                {
                    copy.Row();
                    copy.Add(NameBasedId.OfSet(id, ordinal), NpgsqlDbType.Uuid);
                }
        }, ct);
        var sent = 0;
        await BinaryCopy.RunAsync(connection, HistorySql.CopySets, copy =>
        {
            foreach (var (id, session) in sessions)
            {
                ct.ThrowIfCancellationRequested();
                foreach (var set in session.Sets)
                    AddSet(copy, id, set, exercises[set.Exercise]);
                setsSent?.Invoke(sent += session.Sets.Count);
            }
        }, ct);
    }

    private static void AddSession(BinaryCopy copy, Guid id, ImportedSession session)
    {
        copy.Row();
        copy.Add(id, NpgsqlDbType.Uuid);
        copy.Add(session.ActivityType, NpgsqlDbType.Text);
        copy.Add(session.Title.Length > 0 ? session.Title : null, NpgsqlDbType.Text);
        copy.Add(session.StartedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        copy.Add(session.EndedAt?.UtcDateTime, NpgsqlDbType.TimestampTz);
    }

    private static void AddSet(BinaryCopy copy, Guid session, ImportedSet set, Guid exercise)
    {
        copy.Row();
        copy.Add(NameBasedId.OfSet(session, set.Ordinal), NpgsqlDbType.Uuid);
        copy.Add(session, NpgsqlDbType.Uuid);
        copy.Add(exercise, NpgsqlDbType.Uuid);
        copy.Add(set.Ordinal, NpgsqlDbType.Integer);
        copy.Add(set.IsWarmup, NpgsqlDbType.Boolean);
        copy.Add(set.Reps, NpgsqlDbType.Integer);
        copy.Add(set.WeightKg, NpgsqlDbType.Numeric);
        copy.Add(set.Rpe, NpgsqlDbType.Numeric);
        copy.Add(set.DistanceM, NpgsqlDbType.Numeric);
        copy.Add(set.DurationS, NpgsqlDbType.Integer);
    }

    internal static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken ct, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA2100", Justification = "HistorySql's constants only.")]
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, (string Name, object Value)[] parameters)
    {
        // No time-out: a long history on a slow disk is work, and Ctrl-C is there.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
