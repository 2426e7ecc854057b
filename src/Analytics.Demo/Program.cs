// One command for a newcomer: a private PostgreSQL, a year of training, the API.
using System.CommandLine;
using Analytics.Demo;
using Analytics.Demo.Importing;

var port = new Option<int?>("--port") { Description = "HTTP port on loopback; 5080, or the next free one, unless given." };
var users = new Option<int>("--users") { Description = "Athletes to make up.", DefaultValueFactory = _ => 50 };
var weeks = new Option<int>("--weeks") { Description = "Weeks of training, up to now.", DefaultValueFactory = _ => 52 };
var seed = new Option<int>("--seed") { Description = "The same seed makes the same training.", DefaultValueFactory = _ => 1 };
var data = new Option<DirectoryInfo?>("--data") { Description = "A folder that keeps the database; a throwaway one unless given." };
var live = new Option<bool>("--live") { Description = "Keep logging workouts, so that the aggregates move." };
var root = new RootCommand("Analytics.Gql with everything it needs, for a look around.")
{
    port, users, weeks, seed, data, live, ImportCommand.Create(),
};
root.SetAction((parsed, ct) => DemoHost.RunAsync(
    new DemoSettings(parsed.GetValue(port), parsed.GetValue(users), parsed.GetValue(weeks), parsed.GetValue(seed),
        parsed.GetValue(data)?.FullName, parsed.GetValue(live)), ct));
// Longer than the server takes to stop: beyond it the process would end and leave that to the watchdog.
var line = root.Parse(args);
var code = await line.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return line.Errors.Count > 0 ? ImportHost.Refused : code;
