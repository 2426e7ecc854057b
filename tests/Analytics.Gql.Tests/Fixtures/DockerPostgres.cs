// The container branch of PostgresServer.
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using Testcontainers.PostgreSql;

namespace Analytics.Gql.Tests.Fixtures;

internal static class DockerPostgres
{
    private static readonly TimeSpan PulledWithin = TimeSpan.FromMinutes(5);

    private static string? Wish => Environment.GetEnvironmentVariable("ANALYTICS_TEST_DOCKER");

    /// <summary>Whether ANALYTICS_TEST_DOCKER=required: then nothing may stand in for a container.</summary>
    public static bool Required => Wish == "required";

    /// <summary>Null when ANALYTICS_TEST_DOCKER=off, no daemon answers, or it cannot get the image.</summary>
    public static async Task<PostgreSqlContainer?> TryStartAsync()
    {
        if (Wish == "off")
            return null;
        var image = Environment.GetEnvironmentVariable("ANALYTICS_TEST_IMAGE") is { Length: > 0 } named ? named : "postgres:17";
        using var patience = new CancellationTokenSource(PulledWithin);
        try
        {
            var container = new PostgreSqlBuilder(image)
                .WithCommand("-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_preload_libraries=pg_stat_statements")
                .Build();
            await container.StartAsync(patience.Token);
            return container;
        }
        catch (DockerUnavailableException) when (!Required)
        {
            return null;
        }
        catch (Exception e) when (!Required && e is DockerApiException or OperationCanceledException)
        {
            Console.WriteLine($"Docker answers but gives no {image} ({e.Message.Trim()}); using PostgreSQL of this machine.");
            return null;
        }
    }
}
