// The commands of analytics-gql. Exit codes: 0 done, 1 drift or a failed refresh, 2 wrong settings or no database.
using System.CommandLine;
using Analytics.Store;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Commands;

public static class CommandLine
{
    internal const int Done = 0, Failed = 1, Unusable = 2;

    public static RootCommand Create(string[] args)
    {
        var root = new RootCommand("Analytics.Gql: workout aggregates from PostgreSQL materialized views, over GraphQL.")
        {
            TreatUnmatchedTokensAsErrors = true,
        };
        root.Subcommands.Add(Serve(args));
        root.Subcommands.Add(MigrateCommand.Create());
        root.Subcommands.Add(RolesCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(RefreshCommand.Create());
        root.Subcommands.Add(Mode());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(SchemaCommand.Create());
        root.Subcommands.Add(HealthCommand.Create());
        root.SetAction((_, ct) => RunServerAsync([], ct));
        return root;
    }

    private static Command Serve(string[] args)
    {
        var command = new Command("serve", "Serves the API and runs the jobs (the default). Settings come as --Key:Name=value too.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((_, ct) => RunServerAsync([.. args.Skip(1)], ct));
        return command;
    }

    private static Task<int> RunServerAsync(string[] args, CancellationToken ct) => GuardAsync(async () =>
    {
        await using var app = AnalyticsServer.Build(args);
        await app.StartAsync(ct);
        await app.WaitForShutdownAsync(ct);
        return Done;
    });

    private static Command Mode()
    {
        var mode = new Argument<RefreshMode>("mode") { Description = "Incremental, NightlyOnly or Live." };
        var command = new Command("mode", "Switches how aggregates are kept and read; every node follows within a second.") { mode };
        command.SetAction((parsed, ct) => GuardAsync(async () =>
        {
            await using var primary = DataSources.Primary(AnalyticsServer.ConnectionString(SettingsSources.Read()));
            var before = await new RefreshControl(primary).SwitchAsync(parsed.GetValue(mode), ct);
            Console.WriteLine($"{before} -> {parsed.GetValue(mode)}");
            return Done;
        }));
        return command;
    }

    /// <summary>What a person can mend is said in a sentence, not in a stack trace.</summary>
    internal static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is SettingsException or MigrationException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            Console.Error.WriteLine(e.Message);
        }
        catch (InvalidOperationException e) when (IsOfSettings(e))
        {
            Console.Error.WriteLine($"{e.Message} Correct the setting, or remove it to use the default.");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName)
        {
            Console.Error.WriteLine($"The database is not migrated ({e.MessageText}). Run 'analytics-gql migrate'.");
        }
        catch (NpgsqlException e)
        {
            Console.Error.WriteLine($"The database of {AnalyticsServer.ConnectionKey} refused: {e.Message} Check the setting, the server and the account.");
        }
        catch (InvalidDataException e)
        {
            Console.Error.WriteLine($"{e.Message} {e.InnerException?.Message}".TrimEnd() + " Correct the file of settings.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{e.Message} Check the path and the account.");
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"{AnalyticsServer.ConnectionKey} cannot be read: {e.Message} Correct the connection string.");
        }
        return Unusable;
    }

    // What is no number where one is wanted, or neither true nor false: the binder says the value and the key.
    private static bool IsOfSettings(InvalidOperationException e) =>
        e.TargetSite?.DeclaringType == typeof(ConfigurationBinder);
}
