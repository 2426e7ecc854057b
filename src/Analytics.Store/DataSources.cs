// The connections: one pool to the primary for refreshing and writing, one tuned for reads.
using Npgsql;

namespace Analytics.Store;

/// <remarks>Each has a name: traces and metrics would else call it by its connection string.</remarks>
public static class DataSources
{
    /// <summary>For staging, drains and control. Statements may take as long as a batch does.</summary>
    public static NpgsqlDataSource Primary(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
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
    public static NpgsqlDataSource Reads(string connectionString, TimeSpan statementTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "analytics-gql",
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            CommandTimeout = (int)statementTimeout.TotalSeconds + 5,
        };
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off "
            + $"-c statement_timeout={(long)statementTimeout.TotalMilliseconds}";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "reads" }.Build();
    }
}
