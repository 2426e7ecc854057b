// The process that a test kills: dotnet exec Analytics.Gql.Tests.dll hold-cluster [folder]. The test runner never enters here.
using Analytics.LocalPostgres;

namespace Analytics.Gql.Tests.LocalPostgres;

internal static class ChildHost
{
    /// <summary>Starts a cluster, says its server's process id and connection string, and holds it until input ends.</summary>
    private static async Task<int> Main(string[] args)
    {
        if (args is not ["hold-cluster", .. var rest])
            return 2;
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Folder = rest.FirstOrDefault(),
            Source = Environment.GetEnvironmentVariable("ANALYTICS_PG_SOURCE") is null ? PostgresSource.Installed : PostgresSource.Auto,
        });
        Console.WriteLine($"{cluster.ProcessId}\t{cluster.ConnectionString}\t{cluster.Description}");
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
