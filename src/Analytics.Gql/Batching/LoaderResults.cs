// Works on a parked result without asking for it, so that the level still dispatches as one batch.
using GraphQL.DataLoader;

namespace Analytics.Gql.Batching;

public static class LoaderResults
{
    /// <summary>Turns the loaded value into what the field answers, once it is there; may throw what the field should
    /// report.</summary>
    public static IDataLoaderResult<TNext> Then<T, TNext>(this IDataLoaderResult<T> loaded, Func<T, TNext> next) =>
        new Continued<T, TNext>(loaded, next);

    /// <summary>A value that needs no loading, where others of its field do.</summary>
    public static IDataLoaderResult<T> Known<T>(T value) => new Ready<T>(value);

    /// <summary>An error that needs no loading, where others of its field do.</summary>
    public static IDataLoaderResult<T> Failed<T>(Exception error) => new Broken<T>(error);

    private sealed class Broken<T>(Exception error) : IDataLoaderResult<T>
    {
        public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => Task.FromException<T>(error);

        Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) => Task.FromException<object?>(error);
    }

    private sealed class Ready<T>(T value) : IDataLoaderResult<T>
    {
        public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => Task.FromResult(value);

        Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) => Task.FromResult<object?>(value);
    }

    private sealed class Continued<T, TNext>(IDataLoaderResult<T> loaded, Func<T, TNext> next)
        : IDataLoaderResult<TNext>
    {
        public async Task<TNext> GetResultAsync(CancellationToken cancellationToken = default) =>
            next(await loaded.GetResultAsync(cancellationToken).ConfigureAwait(false));

        async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) =>
            await GetResultAsync(cancellationToken).ConfigureAwait(false);
    }
}
