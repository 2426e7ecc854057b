// A bulk writer: the history of some users, imported from elsewhere in one transaction.
using Analytics.Gql.Bench.Loading;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Backlog;

internal sealed record BulkLoad(int Sessions)
{
    /// <summary>By which its sessions are found again.</summary>
    public const string Title = "Imported by the bench";

    private const int MostSets = 1_000_000;

    /// <summary>Of the sessions of a small database.</summary>
    private const int MostPercent = 30;
    private const int EveryUser = 10, ThatUser = 3;

    /// <summary>A row for each session, and in the second statement one for its sets.</summary>
    public int Staged => 2 * Sessions;

    public int Sets => Sessions * BenchSize.SetsPerSession;

    public static BulkLoad Of(BenchSize size) => new(
        (int)Math.Min(MostSets / BenchSize.SetsPerSession, (long)size.Sessions * MostPercent / 100));

    /// <summary>Whether the user with this number is one whose history is imported: one in ten, none of the heavy ones.</summary>
    public static bool Imports(BenchSize size, int user) => user >= size.HeavyUsers && user % EveryUser == ThatUser;

    /// <returns>When it had committed, by the database's clock.</returns>
    public async Task<DateTime> CommitAsync(BenchDatabase database, CancellationToken ct)
    {
        var numbers = Enumerable.Range(0, database.Size.Users).Where(n => Imports(database.Size, n)).ToArray();
        await using var connection = await database.Primary.OpenConnectionAsync(ct);
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await ExecuteAsync(connection, """
                insert into core.sessions (session_id, user_id, activity_type, title, started_at, ended_at)
                select md5('import:' || i.n)::uuid, md5('user:' || (@numbers)[1 + i.n % cardinality(@numbers)])::uuid,
                       'strength', @Title, i.at, i.at + interval '1 hour'
                from (select n, now() - interval '728 days' * n / @Sessions as at
                      from generate_series(1, @Sessions) as n) as i
                """, numbers, ct);
            // Users repeat what they train: sixteen exercises each.
            await ExecuteAsync(connection, """
                insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
                select md5('import:' || n)::uuid,
                       md5('exercise:' || ((@numbers)[1 + n % cardinality(@numbers)] * 13 + (n * 4 + k) % 16) % 200)::uuid,
                       k, 5, 40 + (n + k) % 100, 7.5
                from generate_series(1, @Sessions) as n cross join generate_series(1, @SetsPerSession) as k
                """, numbers, ct);
            await transaction.CommitAsync(ct);
        }
        return await connection.ExecuteScalarAsync<DateTime>("select clock_timestamp()");
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, int[] numbers, CancellationToken ct) =>
        await connection.ExecuteAsync(new CommandDefinition(
            sql, new { numbers, Title, Sessions, BenchSize.SetsPerSession }, commandTimeout: 0, cancellationToken: ct));
}
