// A single asynchronous value where a field may also return a loader's.
using GraphQL.DataLoader;

namespace Analytics.Gql.Batching;

/// <summary>Fetched once, when the executer asks.</summary>
public sealed class DataLoaderResult<T>(Func<CancellationToken, Task<T>> fetch) : IDataLoaderResult<T>
{
    private Task<T>? _value;

    public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => _value ??= fetch(cancellationToken);

    async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) => await GetResultAsync(cancellationToken);
}
