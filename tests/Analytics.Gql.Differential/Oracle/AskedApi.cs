// The API as the comparison needs it: something to ask, over whatever wire, and to stop.
using System.Text.Json;
using Analytics.Gql.Differential.Running;

namespace Analytics.Gql.Differential.Oracle;

/// <summary>Asks the API; gives the member 'data', or throws when there are errors.</summary>
public delegate Task<JsonElement> Ask(string query, object variables, CancellationToken ct);

/// <summary>A server that answers from one database.</summary>
public sealed record AskedApi(Ask Ask, Func<ValueTask> Stop);

public delegate Task<AskedApi> StartApi(Ground ground, CancellationToken ct);
