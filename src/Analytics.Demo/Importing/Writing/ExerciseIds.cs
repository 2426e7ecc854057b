using Analytics.Demo.Importing.Reading;
using Npgsql;

namespace Analytics.Demo.Importing.Writing;

/// <summary>The catalogue's ids for the names of a file: the row with exactly that name, else in another casing, else a new one.</summary>
internal sealed class ExerciseIds
{
    private readonly Dictionary<string, Guid> _exact = new(StringComparer.Ordinal);

    // In C#, since lower() of a database with the locale C knows ASCII only.
    private readonly Dictionary<string, Guid> _anyCasing = new(StringComparer.OrdinalIgnoreCase);

    private ExerciseIds()
    {
    }

    public int New { get; private set; }

    public Guid this[string name] => _exact.TryGetValue(name, out var id) ? id : _anyCasing[name];

    public static async Task<ExerciseIds> ResolveAsync(NpgsqlConnection connection, TrainingHistory history, CancellationToken ct)
    {
        var ids = new ExerciseIds();
        await ids.ReadAsync(connection, ct);
        var missing = history.Sessions.SelectMany(s => s.Sets).Select(s => s.Exercise)
            .Where(name => !ids._anyCasing.ContainsKey(name)).Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(name => (Id: NameBasedId.OfExercise(name), Name: name)).ToArray();
        if (missing.Length == 0)
            return ids;
        ids.New = await HistoryWriter.ExecuteAsync(connection, HistorySql.Exercises, ct,
            ("ids", missing.Select(m => m.Id).ToArray()), ("names", missing.Select(m => m.Name).ToArray()));
        foreach (var (id, name) in missing)
            ids.Add(id, name);
        return ids;
    }

    private async Task ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // Names need not be unique; the lowest id of a name is the same one each time.
        await using var command = new NpgsqlCommand(
            "select e.exercise_id, e.name from core.exercises as e order by e.exercise_id", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            Add(reader.GetGuid(0), reader.GetString(1));
    }

    private void Add(Guid id, string name)
    {
        _exact.TryAdd(name, id);
        _anyCasing.TryAdd(name, id);
    }
}
