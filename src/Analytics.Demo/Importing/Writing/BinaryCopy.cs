// COPY's binary rows, null where a value is not there.
using Npgsql;
using NpgsqlTypes;

namespace Analytics.Demo.Importing.Writing;

internal sealed class BinaryCopy(NpgsqlBinaryImporter importer)
{
    public Task RowAsync(CancellationToken ct) => importer.StartRowAsync(ct);

    public Task AddAsync<T>(T value, NpgsqlDbType type, CancellationToken ct) => importer.WriteAsync(value, type, ct);

    public Task AddAsync<T>(T? value, NpgsqlDbType type, CancellationToken ct) where T : struct =>
        value is { } known ? importer.WriteAsync(known, type, ct) : importer.WriteNullAsync(ct);

    /// <summary>Runs the rows' writer within one COPY.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string copy, Func<BinaryCopy, Task> rows, CancellationToken ct)
    {
        await using var importer = await connection.BeginBinaryImportAsync(copy, ct);
        await rows(new BinaryCopy(importer));
        await importer.CompleteAsync(ct);
    }
}
