// TLS to the database, with a certificate authority of one's own: what docs/roles.md says, on a private server.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Roles;

public sealed class TlsTests : IAsyncLifetime, IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"analytics-root-{Guid.NewGuid():n}.crt");
    private LocalCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync(new LocalClusterOptions());
        var (root, certificate, key) = Certificates("localhost");
        await File.WriteAllTextAsync(_root, root);
        await using var connection = new NpgsqlConnection(_cluster.ConnectionString);
        await connection.OpenAsync();
        // Written by the server itself, into its own folder: its account must own the key, and nobody else may read it.
        await connection.ExecuteAsync(
            $"""
            copy (select unnest(string_to_array('{certificate}', e'\n'))) to program 'cat > server.crt';
            copy (select unnest(string_to_array('{key}', e'\n'))) to program 'umask 077; cat > server.key'
            """);
        await connection.ExecuteAsync("alter system set ssl = on");
        await connection.ExecuteAsync("select pg_reload_conf()");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    public void Dispose() => File.Delete(_root);

    [Fact]
    public async Task Everything_the_server_opens_is_encrypted_and_checked_with_VerifyFull()
    {
        var connection = Verified("localhost", _root);
        await UntilEncryptedAsync(connection);
        await Migrator.MigrateAsync(connection, log: null, CancellationToken.None);
        await using var app = AnalyticsServer.Build(
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open", "--Logging:LogLevel:Default=Warning",
            $"--ConnectionStrings:Analytics={connection}", $"--ConnectionStrings:AnalyticsRead={connection}",
        ]);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Contains("\"asOf\"", await http.GetStringAsync(new Uri("/graphql?query={freshness{asOf}}", UriKind.Relative)), StringComparison.Ordinal);
        await using var look = new NpgsqlConnection(connection);
        await look.OpenAsync();
        var opened = (await look.QueryAsync<(string Name, bool Ssl)>(
            "select a.application_name, s.ssl from pg_stat_activity as a join pg_stat_ssl as s using (pid) where a.application_name like 'analytics-gql%'")).ToList();
        Assert.Superset(
            new HashSet<string> { "analytics-gql", "analytics-gql refresh", "analytics-gql jobs", "analytics-gql listener" },
            opened.Select(o => o.Name).ToHashSet());
        Assert.All(opened, o => Assert.True(o.Ssl, o.Name));
        await app.StopAsync();
    }

    [Fact]
    public async Task A_certificate_of_another_authority_or_for_another_name_is_refused()
    {
        await UntilEncryptedAsync(Verified("localhost", _root));
        var other = Path.Combine(Path.GetTempPath(), $"analytics-root-{Guid.NewGuid():n}.crt");
        try
        {
            await File.WriteAllTextAsync(other, Certificates("localhost").Root);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(Verified("localhost", other)));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(Verified("127.0.0.1", _root)));
        }
        finally
        {
            File.Delete(other);
        }
    }

    private string Verified(string host, string root) => new NpgsqlConnectionStringBuilder(_cluster.ConnectionString)
    {
        Host = host,
        SslMode = SslMode.VerifyFull,
        RootCertificate = root,
        MaxPoolSize = 10,
    }.ConnectionString;

    /// <summary>The server takes its new settings when it comes to it.</summary>
    private static async Task UntilEncryptedAsync(string connection)
    {
        for (var patience = 200; ; patience--)
        {
            try
            {
                await OpenAsync(connection);
                return;
            }
            catch (NpgsqlException) when (patience > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private static async Task OpenAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
    }

    /// <returns>The authority's certificate, the server's and its key, as PEM.</returns>
    private static (string Root, string Certificate, string Key) Certificates(string host)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=A root of this test", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, from, to, RandomNumberGenerator.GetBytes(8));
        return (root.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
