using System.Globalization;
using Analytics.Demo.Seeding;
using Spectre.Console;

namespace Analytics.Demo;

/// <summary>Shows how the seeding goes: a bar on a terminal, a few plain lines in a log.</summary>
public static class DemoProgress
{
    /// <summary>Runs the work and shows what it reports.</summary>
    public static async Task<SeedSummary> ShowAsync(
        IAnsiConsole console, Func<IProgress<SeedProgress>, Task<SeedSummary>> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
            return await work(new Lines(line => console.Profile.Out.Writer.WriteLine(line)));

        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(context => work(new Bar(context.AddTask("Seeding"))));
    }

    private static string Words(SeedProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"Seeding: {p.Users} of {p.OfUsers} users, {p.Sessions:N0} sessions, {p.Sets:N0} sets");

    // Reports on the caller's thread, unlike Progress<T>, whose lines could come after the summary.
    private sealed class Bar(ProgressTask task) : IProgress<SeedProgress>
    {
        public void Report(SeedProgress value)
        {
            task.MaxValue = value.OfUsers;
            task.Value = value.Users;
            task.Description = Words(value);
        }
    }

    /// <summary>A line at each quarter, and not one for each report.</summary>
    internal sealed class Lines(Action<string> say) : IProgress<SeedProgress>
    {
        private int quarters = -1;

        public void Report(SeedProgress value)
        {
            var reached = 4 * value.Users / value.OfUsers;
            if (reached == quarters)
                return;
            quarters = reached;
            say(Words(value));
        }
    }
}
