// Shows what is being done: a spinner on a terminal, lines in a log. On standard error, so that figures can be piped.
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Analytics.Gql.Bench.Measuring;

public sealed class Progress
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs the work, which may say what it is at, and says how long it took.</summary>
    public async Task<T> ShowAsync<T>(string title, Func<Action<string>, Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        T result;
        if (_console.Profile.Out.IsTerminal)
            result = await _console.Status().StartAsync(Markup.Escape(title), status => work(line =>
                status.Status(Markup.Escape($"{title}: {line}"))));
        else
            result = await work(line => Say(started, $"{title}: {line}"));
        Say(started, $"{title}: done");
        return result;
    }

    public Task ShowAsync(string title, Func<Action<string>, Task> work) => ShowAsync(title, async log =>
    {
        await work(log);
        return true;
    });

    private static void Say(long started, string what) => Console.Error.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,7:N1} s  {what}"));
}
