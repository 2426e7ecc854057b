// How many SQL statements a piece of work takes, as Npgsql's own trace tells.
using System.Diagnostics;

namespace Analytics.Store;

/// <summary>Counts the statements that are sent between its beginning and now by the caller and whatever it awaits; other
/// work at the same time does not count.</summary>
public sealed class StatementCount
{
    private static readonly AsyncLocal<StatementCount?> Counting = new();
    private int _statements;

    // Made with the first count: a server where nobody asks never listens.
    static StatementCount() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            Counting.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
        ActivityStopped = activity =>
        {
            // Opening a connection is traced too and has no text.
            if (Counting.Value is { } count && activity.GetTagItem("db.query.text") is not null)
                Interlocked.Increment(ref count._statements);
        },
    });

    private StatementCount()
    {
    }

    /// <summary>So far.</summary>
    public int Statements => Volatile.Read(ref _statements);

    /// <summary>Counts until the async method that called this returns.</summary>
    public static StatementCount Begin() => Counting.Value = new StatementCount();
}
