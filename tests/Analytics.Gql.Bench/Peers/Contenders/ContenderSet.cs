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
        ByGet = "ours by GET, in full", Conditional = "ours as conditional GET", Mercurius = "Mercurius", PostGraphile = "PostGraphile",
        PgBench = "pgbench";

    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(new LimitOptions().StatementTimeoutS);

    private readonly List<PeerServer> _servers = [];
    private readonly List<Contender> _all = [];
    private readonly string _statements = Path.GetTempFileName();
    private readonly IReadOnlyList<string> _only;

    private ContenderSet(IReadOnlyList<string> only) => _only = only;

    public IReadOnlyList<Contender> All => _all;

    public static System.CommandLine.Command LimitCommand() => LimitServer.Command(StatementTimeout);

    /// <param name="only">Beginnings of the names of those that take part; none: all do.</param>
    public static async Task<ContenderSet> StartAsync(
        BenchDatabase database, IReadOnlyList<PeerQuery> queries, int poolSize, IReadOnlyList<string> only, Action<string> log,
        CancellationToken ct)
    {
        var set = new ContenderSet(only);
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = poolSize };
            await using var reads = DataSources.Reads(connection.ConnectionString, StatementTimeout);
            var statements = await ReaderStatements.RecordAsync(reads, ct);
            var options = new NpgsqlConnectionStringBuilder(reads.ConnectionString).Options!.Trim();
            log("starting them");
            await set.AddOwnAsync(connection.ConnectionString, ct);
            await set.AddNodeAsync(connection, poolSize, statements, options, ct);
            if (set.Wants(PgBench))
                set._all.Add(await PgBenchContender.OfAsync(PgBench, database, queries, statements, options, reads, ct));
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    /// <summary>Looks for what they need, before anybody waits for data to be loaded.</summary>
    /// <exception cref="MissingToolException">It is not installed.</exception>
    public static void Require(IReadOnlyList<string> only)
    {
        WrkLoad.Require();
        if (TakesPart(only, Mercurius, PostGraphile))
            PeerFiles.Node();
    }

    private bool Wants(params ReadOnlySpan<string> names) => TakesPart(_only, names);

    private static bool TakesPart(IReadOnlyList<string> only, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (only.Count == 0 || only.Any(o => name.StartsWith(o, StringComparison.OrdinalIgnoreCase)))
                return true;
        return false;
    }

    private async Task AddOwnAsync(string connectionString, CancellationToken ct)
    {
        if (Wants(HandWritten))
            _all.Add(new HttpContender(
                HandWritten, await AddAsync(PeerServer.StartDotnetAsync([LimitServer.Name, "--connection", connectionString], ct)),
                (query, v) => new WireRequest($"/{query.Operation}", query.VariablesJson(v))));
        if (!Wants(ByText, ByDocument, ByGet, Conditional))
            return;
        // Silent about requests that wrk leaves unfinished at the end of a turn.
        var ours = await AddAsync(PeerServer.StartDotnetAsync(ServerProcess.Arguments(connectionString,
            [$"--{ServerChild.TellOwnTime}=false", "--Logging:LogLevel:Microsoft.AspNetCore.Diagnostics=None"]), ct));
        if (Wants(ByText))
            _all.Add(new HttpContender(ByText, ours, ByTextRequest));
        if (Wants(ByDocument))
            _all.Add(new HttpContender(ByDocument, ours, (query, v) => new WireRequest("/graphql",
                $$"""{"documentId":"{{query.DocumentId}}","variables":{{query.VariablesJson(v)}}}""")));
        if (Wants(ByGet))
            _all.Add(new HttpContender(ByGet, ours, GetRequest));
        if (Wants(Conditional))
            _all.Add(new ConditionalContender(Conditional, ours, GetRequest));
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
        if (Wants(Mercurius))
            _all.Add(new HttpContender(
                Mercurius, await AddAsync(PeerServer.StartNodeAsync("mercurius.mjs", environment, ct)), ByTextRequest));
        if (Wants(PostGraphile))
            _all.Add(new HttpContender(
                PostGraphile, await AddAsync(PeerServer.StartNodeAsync("postgraphile.mjs", environment, ct)),
                PostGraphileDocuments.Request, tellsFreshness: false));
    }

    private static WireRequest ByTextRequest(PeerQuery query, PeerVariables variables) => new("/graphql",
        $$"""{"query":{{JsonSerializer.Serialize(query.Text)}},"variables":{{query.VariablesJson(variables)}}}""");

    private static WireRequest GetRequest(PeerQuery query, PeerVariables variables) => new(
        $"/graphql?documentId={query.DocumentId}&variables={Uri.EscapeDataString(query.VariablesJson(variables))}", null);

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
