// analytics-gql roles: the database roles of reader, refresher and migrator, and who logs in as them.
using System.CommandLine;
using Analytics.Store.Roles;
using Npgsql;

namespace Analytics.Gql.Commands;

internal static class RolesCommand
{
    public static Command Create()
    {
        var reader = Login("--reader", "reads");
        var refresher = Login("--refresher", "serves: drains, refreshes, schedules");
        var migrator = Login("--migrator", "migrates");
        var apply = new Option<bool>("--apply") { Description = "Run the statements instead of printing them." };
        var command = new Command(
            "roles",
            "Prints the SQL that gives this database its least-privileged roles, as far as it lacks them. Passwords are yours to set.")
        {
            reader, refresher, migrator, apply,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var logins = new RoleLogins(parsed.GetValue(reader), parsed.GetValue(refresher), parsed.GetValue(migrator));
            var account = AnalyticsServer.MigrateConnectionString(SettingsSources.Read());
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(account) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(ct);
            var statements = await RoleSetup.StatementsAsync(connection, logins, ct);
            if (statements.Count == 0)
                Console.WriteLine("-- nothing to do");
            else if (parsed.GetValue(apply))
                await RoleSetup.ApplyAsync(connection, logins, Print, ct);
            else
                Print(statements);
            return CommandLine.Done;
        }));
        return command;
    }

    private static void Print(IReadOnlyList<string> statements)
    {
        Console.WriteLine("begin;");
        foreach (var statement in statements)
            Print(statement);
        Console.WriteLine("commit;");
    }

    private static void Print(string statement) => Console.WriteLine($"{statement};");

    private static Option<string?> Login(string name, string does) => new(name)
    {
        Description = $"The account that {does}; created without a password where there is none (set one with \\password in psql).",
    };
}
