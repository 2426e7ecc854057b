// Where a result's columns are, looked up once, and the rows read by them.
using System.Data.Common;
using Analytics.Store.Readers;

namespace Analytics.Gql.Bench.Peers.Limit;

internal readonly struct LimitColumns
{
    private readonly DbDataReader _reader;
    private readonly int _asOf, _refreshedAt, _pending, _lag, _sums, _session;

    public LimitColumns(DbDataReader reader)
    {
        _reader = reader;
        for (var i = 0; i < reader.FieldCount; i++)
            switch (reader.GetName(i))
            {
                case "ordinal": Ordinal = i; break;
                case "userid": UserId = i; break;
                case "asof": _asOf = i; break;
                case "refreshedat" or "lastrefreshat": _refreshedAt = i; break;
                case "pendingchanges": _pending = i; break;
                case "lags": _lag = i; break;
                case "weekstart": WeekStart = i; break;
                case "sessioncount": _sums = i; break;
                case "sessionid": (SessionId, _session) = (i, i); break;
            }
    }

    public int Ordinal { get; }
    public int UserId { get; }
    public int WeekStart { get; }
    public int SessionId { get; }

    public LimitFreshness Freshness() => new(
        _reader.GetDateTime(_asOf), _reader.GetDateTime(_refreshedAt), _reader.GetInt32(_pending), _reader.GetDouble(_lag));

    public LimitWeek Week() => new(
        _reader.GetFieldValue<DateOnly>(WeekStart), _reader.GetDateTime(_refreshedAt), Sums());

    public LimitSums Sums() => new(
        _reader.GetInt32(_sums), _reader.GetNumeric(_sums + 1), _reader.GetInt64(_sums + 2), _reader.GetNumeric(_sums + 3),
        _reader.GetNumericOrNull(_sums + 4), _reader.GetInt32(_sums + 5), _reader.GetInt32(_sums + 6));

    // Id, type, title, start, end, week, duration, distance, volume, RPE, sets, exercises.
    public LimitSession Session() => new(
        _reader.GetGuid(_session), _reader.GetString(_session + 1),
        _reader.IsDBNull(_session + 2) ? null : _reader.GetString(_session + 2), _reader.GetDateTime(_session + 3),
        _reader.IsDBNull(_session + 4) ? null : _reader.GetDateTime(_session + 4),
        _reader.IsDBNull(_session + 6) ? null : _reader.GetInt64(_session + 6), _reader.GetNumericOrNull(_session + 7),
        _reader.GetNumeric(_session + 8), _reader.GetNumericOrNull(_session + 9), _reader.GetInt32(_session + 10),
        _reader.GetInt32(_session + 11));
}
