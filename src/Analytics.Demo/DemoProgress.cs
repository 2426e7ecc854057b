using Spectre.Console;

namespace Analytics.Demo;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Phase">What is being done; the work has one or several.</param>
/// <param name="Words">The same for people, with the figures.</param>
/// <param name="Of">What <paramref name="Done"/> grows to; may be a guess.</param>
public readonly record struct DemoStep(string Phase, string Words, long Done, long Of)
{
    internal double Share => Of <= 0 ? 1 : Math.Min(1, (double)Done / Of);
}

/// <summary>Shows how work goes: a bar on a terminal, a few plain lines in a log.</summary>
public static class DemoProgress
{
    /// <summary>Runs the work and shows what it reports.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgress<DemoStep>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
            return await work(new Lines(line => console.Profile.Out.Writer.WriteLine(line)));

        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(context => work(new Bars(context)));
    }

    // Reports on the caller's thread, unlike Progress<T>, whose lines could come after the summary.
    private sealed class Bars(ProgressContext context) : IProgress<DemoStep>
    {
        private string? _phase;
        private ProgressTask? _task;

        public void Report(DemoStep value)
        {
            if (_task is null || _phase != value.Phase)
            {
                _task?.StopTask();
                (_phase, _task) = (value.Phase, context.AddTask(Markup.Escape(value.Phase), maxValue: 1));
            }
            _task.Value = value.Share;
            _task.Description = Markup.Escape(value.Words);
        }
    }

    /// <summary>A line at each quarter of a phase, and not one for each report.</summary>
    internal sealed class Lines(Action<string> say) : IProgress<DemoStep>
    {
        private (string? Phase, int Quarters) _reached;

        public void Report(DemoStep value)
        {
            var reached = (value.Phase, (int)(4 * value.Share));
            if (reached == _reached)
                return;
            _reached = reached;
            say(value.Words);
        }
    }
}
