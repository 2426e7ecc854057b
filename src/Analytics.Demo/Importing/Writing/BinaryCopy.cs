// COPY's binary rows, null where a value is not there. A value goes into a buffer and not on the wire, so that awaiting each
// of a million would be most of the work; only what begins and ends a COPY waits for the server.
using Npgsql;
using NpgsqlTypes;

namespace Analytics.Demo.Importing.Writing;

internal sealed class BinaryCopy(NpgsqlBinaryImporter importer)
{
    public void Row() => importer.StartRow();

    public void Add<T>(T value, NpgsqlDbType type) => importer.Write(value, type);

    public void Add<T>(T? value, NpgsqlDbType type) where T : struct
    {
        if (value is { } known)
            importer.Write(known, type);
        else
            importer.WriteNull();
    }

    /// <summary>Runs the rows' writer within one COPY.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string copy, Action<BinaryCopy> rows, CancellationToken ct)
    {
        await using var importer = await connection.BeginBinaryImportAsync(copy, ct);
        rows(new BinaryCopy(importer));
        await importer.CompleteAsync(ct);
    }
}
