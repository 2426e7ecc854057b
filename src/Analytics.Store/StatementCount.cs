// How many SQL statements a piece of work takes, as Npgsql's own measurements tell.
using System.Diagnostics.Metrics;

namespace Analytics.Store;

/// <summary>Counts the statements that have ended between its beginning and now, of the caller and whatever it awaits; other
/// work at the same time does not count. One that is begun within another counts for both.</summary>
public sealed class StatementCount
{
    private static readonly AsyncLocal<StatementCount?> Counting = new();

    // Made with the first count: a server where nobody asks never listens. Kept, or it would be collected.
    private static readonly MeterListener Listener = Listen();

    private readonly StatementCount? _around;
    private int _statements;

    private StatementCount(StatementCount? around) => _around = around;

    /// <summary>So far.</summary>
    public int Statements => Volatile.Read(ref _statements);

    /// <summary>Counts until the async method that called this returns.</summary>
    public static StatementCount Begin() => Counting.Value = new StatementCount(Counting.Value);

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Name: "db.client.operation.duration", Meter.Name: "Npgsql" })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        // Npgsql measures where the statement was awaited, so that the flow knows whose it is.
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) =>
        {
            for (var count = Counting.Value; count is not null; count = count._around)
                Interlocked.Increment(ref count._statements);
        });
        listener.Start();
        return listener;
    }
}
