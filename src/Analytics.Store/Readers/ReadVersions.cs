// What answers about users depend on, so that a request whose answer has not changed need not be executed.
//
// asked while a statement runs ⇒ wait ⇒ it ended ⇒ all who wait go into one statement ⇒ answered, a share of them on each core
//
// A statement begins behind the work that is queued already: the requests among it come along, the more the busier the
// server is (1.1 times the answers, on two cores).
//
// A version that was read before the caller asked could be too old: nobody joins a statement that has begun.
using Npgsql;
using NpgsqlTypes;

namespace Analytics.Store.Readers;

/// <summary>What an answer about some users depends on.</summary>
/// <param name="State">Another text whenever such an answer might be another.</param>
/// <param name="Source">What such an answer is read from.</param>
/// <param name="PendingChanges">Of all these users together.</param>
/// <param name="DrainNumber">Of the latest drain, whoever it was about.</param>
public sealed record ReadVersion(string State, ReadSource Source, long PendingChanges, long DrainNumber);

/// <summary>Reads versions from analytics.read_versions, for everyone who asks at the same time in one
/// statement.</summary>
/// <remarks>Where there are replicas it knows none: one may be behind another, and a version read from the one says nothing
/// about an answer read from the other.</remarks>
public sealed class ReadVersions(ReadServers reads)
{
    private const int MostUsersAStatement = 2_000;

    private readonly Lock _gate = new();
    private readonly Queue<Question> _waiting = new();
    private bool _isReading;

    private sealed record Question(IReadOnlyCollection<Guid> UserIds)
    {
        /// <summary>Whoever sets it goes on with the request: not in the thread that reads.</summary>
        public TaskCompletionSource<ReadVersion?> Answer { get; } = new();
    }

    /// <param name="userIds">Distinct, in the same order each time; known or not.</param>
    /// <returns>Null while it cannot be told: the views are read live, a full refresh is under way, or there are
    /// replicas.</returns>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public Task<ReadVersion?> ReadAsync(IReadOnlyCollection<Guid> userIds, CancellationToken ct)
    {
        if (reads.HasReplicas) return Task.FromResult<ReadVersion?>(null);
        var question = new Question(userIds);
        lock (_gate)
        {
            _waiting.Enqueue(question);
            if (!_isReading)
            {
                _isReading = true;
                _ = ReadWaitingAsync();
            }
        }
        return question.Answer.Task.WaitAsync(ct);
    }

    private async Task ReadWaitingAsync()
    {
        while (await NextAsync().ConfigureAwait(false) is { Count: > 0 } questions)
        {
            try
            {
                var answers = await reads.AskAsync(
                    ReadSource.Incremental, connection => ReadAsync(connection, questions), CancellationToken.None).ConfigureAwait(false);
                Answer(questions, (question, i) => question.Answer.SetResult(answers[i]));
            }
            catch (Exception e)
            {
                Answer(questions, (question, _) => question.Answer.SetException(e));
            }
        }
    }

    private static void Answer(List<Question> questions, Action<Question, int> answer)
    {
        var share = 1 + ((questions.Count - 1) / Environment.ProcessorCount);
        for (var first = 0; first < questions.Count; first += share)
            ThreadPool.UnsafeQueueUserWorkItem(
                of =>
                {
                    for (var i = of; i < Math.Min(of + share, questions.Count); i++) answer(questions[i], i);
                },
                first, preferLocal: false);
    }

    private async Task<List<Question>> NextAsync()
    {
        await Task.Factory.StartNew(
            static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default).ConfigureAwait(false);
        return Next();
    }

    private List<Question> Next()
    {
        var next = new List<Question>();
        lock (_gate)
        {
            for (var users = 0; users < MostUsersAStatement && _waiting.TryDequeue(out var question);)
            {
                next.Add(question);
                users += question.UserIds.Count;
            }
            _isReading = next.Count > 0;
        }
        return next;
    }

    private static async Task<ReadVersion?[]> ReadAsync(NpgsqlConnection connection, List<Question> questions)
    {
        var answers = new ReadVersion?[questions.Count];
        await using var command = new NpgsqlCommand(
            "select v.grp, v.version, v.mode, v.pending_changes, v.drain_number from analytics.read_versions($1, $2) as v", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>
        {
            TypedValue = [.. questions.SelectMany(q => q.UserIds)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        });
        command.Parameters.Add(new NpgsqlParameter<int[]>
        {
            TypedValue = [.. questions.SelectMany((q, i) => Enumerable.Repeat(i, q.UserIds.Count))],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        await using var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await rows.ReadAsync().ConfigureAwait(false))
            answers[rows.GetInt32(0)] = new ReadVersion(
                rows.GetString(1), rows.GetString(2) == "NightlyOnly" ? ReadSource.Matview : ReadSource.Incremental, rows.GetInt64(3),
                rows.GetInt64(4));
        return answers;
    }
}
