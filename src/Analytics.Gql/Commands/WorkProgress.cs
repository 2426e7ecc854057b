// How long work is shown to whoever waits for it: bars on a terminal, plain lines anywhere else.
using System.Diagnostics;
using System.Globalization;
using Analytics.Store.Refresh;
using Spectre.Console;

namespace Analytics.Gql.Commands;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Phase">What is being done; the work has one or several.</param>
/// <param name="Words">The same for people, with the figures.</param>
/// <param name="Of">What <paramref name="Done"/> grows to; may be a guess.</param>
public readonly record struct WorkStep(string Phase, string Words, long Done, long Of)
{
    internal double Share => Of <= 0 ? 1 : Math.Min(1, (double)Done / Of);
}

/// <summary>Shows how work goes: a bar on a terminal, a few plain lines in a log.</summary>
public static class WorkProgress
{
    // Standard output has what the work came to, for scripts.
    private static readonly Lazy<IAnsiConsole> Errors =
        new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <summary>Runs a refresh or a verification and shows what it reports, on standard error.</summary>
    public static Task<T> ShowAsync<T>(Func<Action<RefreshStep>, Task<T>> work) =>
        ShowAsync(Errors.Value, progress => work(step => progress.Report(Of(step))));

    /// <summary>Such as <c>3.2 s</c>.</summary>
    /// <param name="started">A stamp of <see cref="Stopwatch"/>.</param>
    public static string Took(long started) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");

    // One bar for all of it, whatever is being done.
    private static WorkStep Of(RefreshStep step) => new(
        nameof(RefreshStep), string.Create(CultureInfo.InvariantCulture, $"{step.What} ({step.Done:N0} of {step.Of:N0})"), step.Done, step.Of);

    /// <summary>Runs the work and shows what it reports.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgress<WorkStep>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
            return await work(new Lines(line => console.Profile.Out.Writer.WriteLine(line)));

        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bars = new Bars(context);
                var done = await work(bars);
                bars.Finish();
                return done;
            });
    }

    // Reports on the caller's thread, unlike Progress<T>, whose lines could come after the summary.
    private sealed class Bars(ProgressContext context) : IProgress<WorkStep>
    {
        private string? _phase;
        private ProgressTask? _task;

        public void Report(WorkStep value)
        {
            if (_task is null || _phase != value.Phase)
            {
                Finish();
                (_phase, _task) = (value.Phase, context.AddTask(Markup.Escape(value.Phase), maxValue: 1));
            }
            _task.Value = value.Share;
            _task.Description = Markup.Escape(value.Words);
        }

        /// <summary>Whoever reports says what is begun; that the last of it is done shows in nothing but the end.</summary>
        public void Finish()
        {
            if (_task is null) return;
            _task.Value = 1;
            _task.StopTask();
        }
    }

    /// <summary>A line at each quarter of a phase, and not one for each report.</summary>
    internal sealed class Lines(Action<string> say) : IProgress<WorkStep>
    {
        private (string? Phase, int Quarters) _reached;

        public void Report(WorkStep value)
        {
            var reached = (value.Phase, (int)(4 * value.Share));
            if (reached == _reached)
                return;
            _reached = reached;
            say(value.Words);
        }
    }
}
