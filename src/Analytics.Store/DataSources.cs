// The connections: one pool to the primary for refreshing and writing, others tuned for reads.
using Npgsql;

namespace Analytics.Store;

/// <remarks>Each has a name: traces and metrics would else call it by its connection string.</remarks>
public static class DataSources
{
    /// <summary>For staging, drains and control. Statements may take as long as a batch does.</summary>
    public static NpgsqlDataSource Primary(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(OfPrimary(connectionString))
        {
            ApplicationName = "analytics-gql refresh",
            CommandTimeout = 0,
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            // A reset discards all plans, and a drain's takes many times longer to make than to run on an empty queue.
            // Nothing here leaves anything in its session: locks that outlive a transaction have connections of their own.
            NoResetOnClose = true,
        };
        // A drain needs a snapshot that is later than its lock, whatever this database's default is.
        settings.Options = $@"{settings.Options} -c default_transaction_isolation=read\ committed";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "primary" }.Build();
    }

    /// <summary>
    /// For loaders. Generic plans, because a statement's text decides its plan and not its parameters (measured: less than
    /// half of PostgreSQL's CPU); prepared automatically; ended by the server after the statement timeout. No sequential
    /// scans: a plan made while a delta is empty would scan it whole, and outlive the time when it is.
    /// </summary>
    public static NpgsqlDataSource Reads(string connectionString, TimeSpan statementTimeout) =>
        BuildReads(OfPrimary(connectionString), statementTimeout, "reads");

    /// <summary>The same, on a replica if one answers: of several hosts in turn the standbys, and another only when none
    /// of them does. A host that did not answer is left alone for a few seconds.</summary>
    public static NpgsqlDataSource Replicas(string connectionString, TimeSpan statementTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (HasSeveralHosts(settings))
        {
            settings.TargetSessionAttributes ??= "prefer-standby";
            if (!settings.ShouldSerialize("Load Balance Hosts")) settings.LoadBalanceHosts = true;
            if (!settings.ShouldSerialize("Host Recheck Seconds")) settings.HostRecheckSeconds = 5;
        }
        // Somebody waits for the read: a host that swallows packets must not cost them a quarter of a minute.
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 3;
        return BuildReads(settings.ConnectionString, statementTimeout, "replicas");
    }

    /// <summary>Of several hosts, the one that is the primary, whichever it is now; one host stays as it is.</summary>
    public static string OfPrimary(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!HasSeveralHosts(settings)) return connectionString;
        settings.TargetSessionAttributes ??= "primary";
        // After a failover the promoted host is still taken for a standby for so long.
        if (!settings.ShouldSerialize("Host Recheck Seconds")) settings.HostRecheckSeconds = 1;
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 5;
        return settings.ConnectionString;
    }

    /// <summary>The account and options of the first, at the servers of the second.</summary>
    internal static string AtServersOf(string account, string servers)
    {
        var (of, at) = (new NpgsqlConnectionStringBuilder(account), new NpgsqlConnectionStringBuilder(servers));
        (of.Host, of.Port, of.TargetSessionAttributes) = (at.Host, at.Port, at.TargetSessionAttributes);
        return of.ConnectionString;
    }

    internal static bool IsSameServer(string one, string other)
    {
        var (a, b) = (new NpgsqlConnectionStringBuilder(one), new NpgsqlConnectionStringBuilder(other));
        return !HasSeveralHosts(a) && a.Host == b.Host && a.Port == b.Port;
    }

    /// <summary>Connections that reads may have at once: <c>Maximum Pool Size</c>, else four for each core of this machine, 8
    /// at least. Npgsql uses those that are open in turn, and each more is another backend whose plans and catalogue have left
    /// the processor's cache when its turn comes.</summary>
    internal static int ReadPoolSize(NpgsqlConnectionStringBuilder settings) =>
        settings.ShouldSerialize("Maximum Pool Size") ? settings.MaxPoolSize : Math.Clamp(4 * Environment.ProcessorCount, 8, settings.MaxPoolSize);

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder settings) =>
        settings.Host?.Contains(',', StringComparison.Ordinal) == true;

    private static NpgsqlDataSource BuildReads(string connectionString, TimeSpan statementTimeout, string name)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "analytics-gql",
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            MaxPoolSize = ReadPoolSize(new NpgsqlConnectionStringBuilder(connectionString)),
            CommandTimeout = (int)statementTimeout.TotalSeconds + 5,
        };
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off "
            + $"-c statement_timeout={(long)statementTimeout.TotalMilliseconds}";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();
    }
}
