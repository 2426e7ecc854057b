// Gathers rows into sessions by what identifies one in either app: its start, as written, and its title.
namespace Analytics.Demo.Importing.Reading;

internal sealed class Sessions
{
    private readonly Dictionary<(DateTime, string), OpenSession> _byKey = [];

    public OpenSession Of(Moment start, string title)
    {
        if (!_byKey.TryGetValue((start.Written, title), out var session))
            _byKey.Add((start.Written, title), session = new OpenSession(start, title));
        return session;
    }

    /// <summary>Those that have a set, by their starts.</summary>
    public IReadOnlyList<ImportedSession> Finish() =>
        [.. _byKey.Values.Where(s => s.HasSets).Select(s => s.Finish())
            .OrderBy(s => s.StartedAt).ThenBy(s => s.Title, StringComparer.Ordinal)];
}

internal sealed class OpenSession(Moment start, string title)
{
    private readonly List<ImportedSet> _sets = [];
    private readonly List<int> _unread = [];
    private DateTimeOffset? _ended;

    public int NextOrdinal { get; private set; }

    public bool HasSets => _sets.Count > 0;

    /// <param name="set">Null for a row that could not be read, which keeps its place.</param>
    public void Add(ImportedSet? set, DateTimeOffset? ended)
    {
        if (set is null)
            _unread.Add(NextOrdinal);
        else
            _sets.Add(set);
        _ended ??= ended;
        NextOrdinal++;
    }

    public ImportedSession Finish() => new(title, start.Written, start.Instant, _ended, _sets, _unread);
}
