// pgbench with the readers' statements: what PostgreSQL's part costs when nobody is in front of it.
//
// start ⇒ lead: connect and plan ⇒ window of which CPU and transactions count ⇒ rest ⇒ transactions from pgbench's log
using System.Globalization;
using Analytics.Gql.Bench.Measuring;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Load;

/// <param name="Variants">The statements of different users: a script each, since pgbench draws no arrays.</param>
internal sealed record PgBenchScripts(IReadOnlyList<IReadOnlyList<StatementCall>> Variants);

internal static class PgBenchLoad
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    public static async Task<LoadFigures> RunAsync(
        string program, NpgsqlConnectionStringBuilder database, PgBenchScripts scripts, int connections, TimeSpan duration,
        TimeSpan lead, Func<CpuReading> cpu, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("pgbench").FullName;
        try
        {
            var seconds = (lead + duration + Rest).TotalSeconds;
            string[] arguments =
            [
                "--no-vacuum", "--protocol=prepared", "--jobs=1", $"--client={connections}", $"--time={seconds:F0}", "--log",
                $"--log-prefix={Path.Combine(folder, "log")}", .. Write(scripts, folder), database.Database!,
            ];
            var running = Tool.RunAsync(
                program, arguments, "It comes with PostgreSQL; Debian: apt-get install postgresql.", ct, Environment(database));
            await Task.Delay(lead, ct);
            var (from, before) = (DateTimeOffset.UtcNow, cpu());
            await Task.Delay(duration, ct);
            var (to, used) = (DateTimeOffset.UtcNow, cpu() - before);
            await running;
            return Count(Directory.EnumerateFiles(folder, "log*").Single(), from, to, used);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Write(PgBenchScripts scripts, string folder)
    {
        var arguments = new List<string>();
        foreach (var (variant, calls) in scripts.Variants.Index())
        {
            var file = Path.Combine(folder, $"{variant}.sql");
            File.WriteAllLines(file, calls.Select((call, i) =>
                call.Statement.Written((parameter, _) => $":v{variant}_{i}_{parameter}") + ";"));
            arguments.AddRange(["--file", file]);
            foreach (var (i, call) in calls.Index())
                foreach (var parameter in call.Statement.Parameters)
                    arguments.AddRange(["--define", $"v{variant}_{i}_{parameter}={call.TextOf(parameter)}"]);
        }
        return arguments;
    }

    private static Dictionary<string, string> Environment(NpgsqlConnectionStringBuilder database) => new()
    {
        ["PGHOST"] = database.Host!,
        ["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = database.Username!,
        ["PGPASSWORD"] = database.Password ?? "",
        ["PGOPTIONS"] = database.Options ?? "",
    };

    // client, transaction, microseconds, script, seconds since 1970 at its end, microseconds of that.
    private static LoadFigures Count(string log, DateTimeOffset from, DateTimeOffset to, CpuReading used)
    {
        var durations = new Durations();
        foreach (var line in File.ReadLines(log))
        {
            var fields = line.Split(' ');
            var ended = DateTimeOffset.FromUnixTimeSeconds(Number(fields[4])) + TimeSpan.FromMicroseconds(Number(fields[5]));
            if (ended >= from && ended < to)
                durations.Record(TimeSpan.FromMicroseconds(Number(fields[2])));
        }
        return new LoadFigures(
            durations.Count, to - from, durations.P50Ms, durations.P95Ms, durations.P99Ms, 0, used.PostgresUs, 0, 0);
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
