// A test of a cluster from binaries: skipped where there are none, but not in CI.
namespace Analytics.Gql.Tests.LocalPostgres;

[AttributeUsage(AttributeTargets.Method)]
public sealed class InstalledPostgresFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Found = new(() =>
        Analytics.LocalPostgres.LocalCluster.IsInstalledAsync().GetAwaiter().GetResult());

    public InstalledPostgresFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !Found.Value)
            Skip = "No PostgreSQL 15 or later is installed here; install it or set ANALYTICS_PG_BIN.";
    }
}
