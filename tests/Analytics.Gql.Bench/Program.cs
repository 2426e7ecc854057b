// The bench's commands. 'load' fills an empty database with large data; then run the migrator on it.
using System.CommandLine;
using Analytics.Gql.Bench.Loading;
using Npgsql;

var sessions = new Option<int>("--sessions") { Description = "Sessions to make.", DefaultValueFactory = _ => 1_000_000 };
var connection = new Option<string>("--connection") { Description = "An Npgsql connection string to an empty database.", Required = true };
var load = new Command("load", "Fills an empty database with sessions and ten sets each, over 104 weeks.") { sessions, connection };
load.SetAction(async (parsed, ct) =>
{
    await using var target = new NpgsqlConnection(parsed.GetValue(connection));
    await target.OpenAsync(ct);
    await BenchData.LoadAsync(target, new BenchSize { Sessions = parsed.GetValue(sessions) }, Console.WriteLine, ct);
});
return await new RootCommand("Measures Analytics.Gql.") { load }.Parse(args).InvokeAsync();
