// All contenders on one database, each with as many connections to it as the others.
using System.Text.Json;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Peers.Limit;
using Analytics.Gql.Bench.Peers.Load;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Engine.Limits;
using Analytics.Store;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Contenders;

internal sealed class ContenderSet : IAsyncDisposable
{
    public const string HandWritten = "limit", ByText = "ours by text", ByDocument = "ours by trusted document",
        Conditional = "ours as conditional GET", Mercurius = "Mercurius", PostGraphile = "PostGraphile";

    /// <summary>Different users of a round of pgbench.</summary>
    private const int PgBenchVariants = 8;

    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(new LimitOptions().StatementTimeoutS);

    private readonly List<PeerServer> _servers = [];
    private readonly List<Contender> _all = [];
    private readonly string _statements = Path.GetTempFileName();

    private ContenderSet()
    {
    }

    public IReadOnlyList<Contender> All => _all;

    public static System.CommandLine.Command LimitCommand() => LimitServer.Command(StatementTimeout);

    public static async Task<ContenderSet> StartAsync(
        BenchDatabase database, IReadOnlyList<PeerQuery> queries, int poolSize, Action<string> log, CancellationToken ct)
    {
        var set = new ContenderSet();
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = poolSize };
            await using var reads = DataSources.Reads(connection.ConnectionString, StatementTimeout);
            var statements = await ReaderStatements.RecordAsync(reads, ct);
            var options = new NpgsqlConnectionStringBuilder(reads.ConnectionString).Options!.Trim();
            log("starting .NET servers");
            await set.AddOwnAsync(connection.ConnectionString, ct);
            log("starting Node servers");
            await set.AddNodeAsync(connection, poolSize, statements, options, ct);
            set._all.Add(await PgBenchAsync(database, queries, statements, options, reads, ct));
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    private async Task AddOwnAsync(string connectionString, CancellationToken ct)
    {
        var limit = await AddAsync(PeerServer.StartDotnetAsync([LimitServer.Name, "--connection", connectionString], ct));
        _all.Add(new HttpContender(HandWritten, limit, (query, v) => new WireRequest($"/{query.Operation}", query.VariablesJson(v))));

        var ours = await AddAsync(PeerServer.StartDotnetAsync(
            ServerProcess.Arguments(connectionString, [$"--{ServerChild.TellOwnTime}=false"]), ct));
        _all.Add(new HttpContender(ByText, ours, ByTextRequest));
        _all.Add(new HttpContender(ByDocument, ours, (query, v) => new WireRequest("/graphql",
            $$"""{"documentId":"{{query.DocumentId}}","variables":{{query.VariablesJson(v)}}}""")));
        _all.Add(new ConditionalContender(Conditional, ours, (query, v) => new WireRequest(
            $"/graphql?documentId={query.DocumentId}&variables={Uri.EscapeDataString(query.VariablesJson(v))}", null)));
    }

    private async Task AddNodeAsync(
        NpgsqlConnectionStringBuilder database, int poolSize, ReaderStatements statements, string options, CancellationToken ct)
    {
        await File.WriteAllTextAsync(_statements, JsonSerializer.Serialize(statements.All.ToDictionary(
            s => s.Name, s => new { text = s.Positional, parameters = s.Parameters })), ct);
        var environment = new Dictionary<string, string>
        {
            ["PEER_CONNECTION"] = $"postgres://{database.Username}:{Uri.EscapeDataString(database.Password ?? "")}"
                + $"@{database.Host}:{database.Port}/{database.Database}",
            ["PEER_POOL"] = $"{poolSize}",
            ["PEER_OPTIONS"] = options,
            ["PEER_STATEMENTS"] = _statements,
            ["PEER_MOST_PER_WEEK"] = $"{ReaderStatements.MostPerWeek}",
            ["PEER_SCHEMA"] = Path.Combine(PeerFiles.Repository, "schema", "schema.graphql"),
        };
        var mercurius = await AddAsync(PeerServer.StartNodeAsync("mercurius.mjs", environment, ct));
        _all.Add(new HttpContender(Mercurius, mercurius, ByTextRequest));
        var postGraphile = await AddAsync(PeerServer.StartNodeAsync("postgraphile.mjs", environment, ct));
        _all.Add(new HttpContender(PostGraphile, postGraphile, PostGraphileDocuments.Request, tellsFreshness: false));
    }

    private static async Task<PgBenchContender> PgBenchAsync(
        BenchDatabase database, IReadOnlyList<PeerQuery> queries, ReaderStatements statements, string options,
        NpgsqlDataSource reads, CancellationToken ct)
    {
        var scripts = new Dictionary<PeerQuery, PgBenchScripts>();
        foreach (var query in queries)
        {
            var variants = new List<IReadOnlyList<StatementCall>>();
            foreach (var variables in query.Variables.Take(PgBenchVariants))
                variants.Add(await statements.CallsAsync(query, variables, reads, ct));
            scripts.Add(query, new PgBenchScripts(variants));
        }
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = options };
        return new PgBenchContender(PgBenchProgram(database), settings, scripts);
    }

    /// <summary>That of the server's own version, which lies beside it.</summary>
    private static string PgBenchProgram(BenchDatabase database)
    {
        var server = File.ResolveLinkTarget($"/proc/{database.ServerId}/exe", returnFinalTarget: true)?.FullName;
        var beside = Path.Combine(Path.GetDirectoryName(server) ?? "", "pgbench");
        return File.Exists(beside) ? beside : "pgbench";
    }

    private static WireRequest ByTextRequest(PeerQuery query, PeerVariables variables) => new("/graphql",
        $$"""{"query":{{JsonSerializer.Serialize(query.Text)}},"variables":{{query.VariablesJson(variables)}}}""");

    private async Task<PeerServer> AddAsync(Task<PeerServer> starting)
    {
        var server = await starting;
        _servers.Add(server);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        File.Delete(_statements);
    }
}
