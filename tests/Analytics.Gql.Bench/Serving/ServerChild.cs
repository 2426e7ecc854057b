// The child process: the real server on a free loopback port, until its standard input ends (as when its parent is killed).
using System.CommandLine;

namespace Analytics.Gql.Bench.Serving;

internal static class ServerChild
{
    public const string Name = "serve-child";

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    public static Command Command(string[] args)
    {
        var command = new Command(Name, "What the bench starts for itself.")
        {
            Hidden = true,
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((_, ct) => RunAsync([.. args.Skip(1)], ct));
        return command;
    }

    private static async Task RunAsync(string[] args, CancellationToken ct)
    {
        await using var app = AnalyticsServer.Build(args);
        await app.StartAsync(ct);
        Console.WriteLine(app.Urls.First());
        await Console.OpenStandardInput().CopyToAsync(Stream.Null, ct);
        // Whoever killed the bench may have ended its database too, and the scheduler's stop waits for that to come back.
        var stopping = app.StopAsync(ct);
        if (await Task.WhenAny(stopping, Task.Delay(LongestStop, ct)) != stopping)
            Environment.Exit(1);
        await stopping;
    }
}
