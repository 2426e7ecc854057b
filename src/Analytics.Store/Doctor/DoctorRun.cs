// The doctor: runs every check, read-only, and tells what it found in the order of the list.
using Npgsql;

namespace Analytics.Store.Doctor;

public static class DoctorRun
{
    private const string Refused = "connection.refused";

    /// <summary>Every check, by group.</summary>
    public static IReadOnlyList<Check> Checks { get; } =
    [
        new(Refused, Severity.Error, "A connection string of the settings is refused.", "Correct the setting, or make the account.",
            (_, _) => Task.FromResult<IReadOnlyList<Fault>>([]), NeedsSchema: false),
        .. ConnectionChecks.All, .. ServerChecks.All, .. MigrationChecks.All, .. PrivilegeChecks.All, .. TriggerChecks.All,
        .. IndexChecks.All, .. AggregateChecks.All, .. QueueChecks.All, .. NightChecks.All,
    ];

    /// <exception cref="NpgsqlException">The primary cannot be reached: there is nothing to look at.</exception>
    public static async Task<IReadOnlyList<Finding>> RunAsync(DoctorOptions options, CancellationToken ct)
    {
        var findings = new List<Finding>();
        var opened = new List<OpenedConnection>();
        try
        {
            foreach (var configured in options.Connections)
                if (await OpenAsync(configured, isPrimary: opened.Count == 0, findings, ct) is { } connection)
                    opened.Add(connection);
            if (opened.Count == 0 || opened[0].Configured != options.Primary)
                return findings;
            var examination = new Examination(options, opened);
            var migrated = await examination.ScalarAsync<bool>("select to_regclass('analytics.refresh_state') is not null", ct);
            foreach (var check in Checks.Where(c => migrated || !c.NeedsSchema))
                findings.AddRange(await RunAsync(check, examination, ct));
            return findings;
        }
        finally
        {
            foreach (var connection in opened)
                await connection.Connection.DisposeAsync();
        }
    }

    private static async Task<OpenedConnection?> OpenAsync(
        ConfiguredConnection configured, bool isPrimary, List<Finding> findings, CancellationToken ct)
    {
        try
        {
            return await Examination.OpenAsync(configured, ct);
        }
        catch (PostgresException e) when (e.MessageText.Contains("startup parameter", StringComparison.Ordinal))
        {
            findings.Add(Of(Checks.Single(c => c.Id == ConnectionChecks.Pooler), ConnectionChecks.Refusing(configured, e.MessageText)));
            return null;
        }
        catch (NpgsqlException e) when (!isPrimary)
        {
            findings.Add(Of(Checks[0], new Fault(
                $"{configured.Key} is refused: {e.Message}",
                Remedy.Advice($"Correct {configured.Key}, or make its account with 'analytics-gql roles'."))));
            return null;
        }
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(Check check, Examination examination, CancellationToken ct)
    {
        try
        {
            return [.. (await check.RunAsync(examination, ct)).Select(f => Of(check, f))];
        }
        catch (PostgresException e) when (!ct.IsCancellationRequested)
        {
            // One that cannot look must not look content.
            return [Of(check, new Fault(
                $"It could not be looked at: {e.MessageText} ({e.SqlState}).",
                Remedy.Advice("Mend what else was found first, or let the doctor connect as a login of analytics_refresher.")))];
        }
    }

    private static Finding Of(Check check, Fault fault) => new(check.Id, check.Severity, fault.Found, fault.Remedies);
}
