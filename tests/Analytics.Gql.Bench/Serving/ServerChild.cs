// The child process: the real server on a free loopback port, until its standard input ends (as when its parent is killed).
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Analytics.Gql.Bench.Serving;

internal static class ServerChild
{
    public const string Name = "serve-child";

    /// <summary>A setting: false leaves out the header that tells how long a request took, which costs a little.</summary>
    public const string TellOwnTime = "Bench:TellOwnTime";

    /// <summary>A line on standard input: how many bytes were allocated so far is then printed.</summary>
    public const string Allocated = "allocated";

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
        await using var app = AnalyticsServer.Build(
            args, builder =>
            {
                if (builder.Configuration.GetValue(TellOwnTime, true))
                    builder.Services.AddSingleton<IStartupFilter, OwnTime>();
            });
        await app.StartAsync(ct);
        Console.WriteLine(app.Urls.First());
        await UntilOrphanedAsync(ct);
        // Whoever killed the bench may have ended its database too, and the scheduler's stop waits for that to come back.
        var stopping = app.StopAsync(ct);
        if (await Task.WhenAny(stopping, Task.Delay(LongestStop, ct)) != stopping)
            Environment.Exit(1);
        await stopping;
    }

    /// <summary>Until standard input ends; answers what it asks.</summary>
    public static async Task UntilOrphanedAsync(CancellationToken ct)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync(ct) is { } line)
            if (line == Allocated)
                Console.WriteLine(GC.GetTotalAllocatedBytes(precise: true));
    }

    /// <summary>Tells in a header how long the server had a request, until the whole answer was ready to be sent.</summary>
    private sealed class OwnTime : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                var begun = Stopwatch.GetTimestamp();
                http.Response.OnStarting(() =>
                {
                    http.Response.Headers["Server-Timing"] = string.Create(
                        CultureInfo.InvariantCulture, $"app;dur={Stopwatch.GetElapsedTime(begun).TotalMilliseconds}");
                    return Task.CompletedTask;
                });
                return rest(http);
            });
            next(app);
        };
    }
}
