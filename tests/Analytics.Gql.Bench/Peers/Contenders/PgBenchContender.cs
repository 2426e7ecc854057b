// pgbench with the readers' statements: the floor of PostgreSQL's part, and no server.
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Peers.Load;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Contenders;

internal sealed class PgBenchContender : Contender
{
    /// <summary>Different users, or teams, of a round.</summary>
    private const int Variants = 8;

    private readonly string _program;
    private readonly NpgsqlConnectionStringBuilder _database;
    private readonly Dictionary<PeerQuery, PgBenchScripts> _scripts = [];

    private PgBenchContender(string name, string program, NpgsqlConnectionStringBuilder database) : base(name) =>
        (_program, _database) = (program, database);

    /// <param name="options">Of its sessions: those of the store's readers.</param>
    public static async Task<PgBenchContender> OfAsync(
        string name, BenchDatabase database, IReadOnlyList<PeerQuery> queries, ReaderStatements statements, string options,
        NpgsqlDataSource reads, CancellationToken ct)
    {
        var contender = new PgBenchContender(
            name, ProgramOf(database), new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = options });
        foreach (var query in queries)
        {
            var variants = new List<IReadOnlyList<StatementCall>>();
            foreach (var variables in query.Variables.Take(Variants))
                variants.Add(await statements.CallsAsync(query, variables, reads, ct));
            contender._scripts.Add(query, new PgBenchScripts(variants));
        }
        return contender;
    }

    protected override async Task<LoadFigures?> LoadAsync(
        PeerQuery query, Round round, Func<CpuReading> cpu, CancellationToken ct) =>
        await PgBenchLoad.RunAsync(
            _program, _database, _scripts[query], round.Connections, round.Duration, round.Lead, cpu, ct);

    /// <summary>That of the server's own version, which lies beside it.</summary>
    private static string ProgramOf(BenchDatabase database)
    {
        var server = File.ResolveLinkTarget($"/proc/{database.ServerId}/exe", returnFinalTarget: true)?.FullName;
        var beside = Path.Combine(Path.GetDirectoryName(server) ?? "", "pgbench");
        return File.Exists(beside) ? beside : "pgbench";
    }
}
