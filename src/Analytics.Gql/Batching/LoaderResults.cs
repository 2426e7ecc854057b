// Works on a parked result without asking for it, so that the level still dispatches as one batch.
using GraphQL.DataLoader;

namespace Analytics.Gql.Batching;

/// <summary>A result that is known when its level has been fetched.</summary>
public interface IParkedResult
{
    /// <summary>Its level is complete: begins to fetch it, unless that has been done, and waits for nothing.</summary>
    void Dispatch(FetchTerms terms);
}

/// <summary>What a field parks. Asked once the level has been fetched it gives one finished task, and suspends nothing.</summary>
internal abstract class LoaderResult<T> : IDataLoaderResult<T>, IParkedResult
{
    public abstract void Dispatch(FetchTerms terms);

    /// <summary>The value, or the error of the field.</summary>
    public abstract ValueTask<T> ValueAsync(CancellationToken ct);

    public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => ValueAsync(cancellationToken).AsTask();

    Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken)
    {
        var value = ValueAsync(cancellationToken);
        return value.IsCompletedSuccessfully ? Task.FromResult<object?>(value.Result) : ObjectAsync(value);
    }

    private static async Task<object?> ObjectAsync(ValueTask<T> value) => await value.ConfigureAwait(false);
}

public static class LoaderResults
{
    /// <summary>Turns the loaded value into what the field answers, once it is there; may throw what the field should
    /// report.</summary>
    public static IDataLoaderResult<TNext> Then<T, TNext>(this IDataLoaderResult<T> loaded, Func<T, TNext> next) =>
        new Continued<T, TNext>(loaded, next);

    /// <summary>A value that needs no loading, where others of its field do.</summary>
    public static IDataLoaderResult<T> Known<T>(T value) => new Ready<T>(ValueTask.FromResult(value));

    /// <summary>An error that needs no loading, where others of its field do.</summary>
    public static IDataLoaderResult<T> Failed<T>(Exception error) => new Ready<T>(ValueTask.FromException<T>(error));

    private sealed class Ready<T>(ValueTask<T> value) : LoaderResult<T>
    {
        public override void Dispatch(FetchTerms terms) { }

        public override ValueTask<T> ValueAsync(CancellationToken ct) => value;
    }

    private sealed class Continued<T, TNext>(IDataLoaderResult<T> loaded, Func<T, TNext> next) : LoaderResult<TNext>
    {
        public override void Dispatch(FetchTerms terms) => (loaded as IParkedResult)?.Dispatch(terms);

        public override async ValueTask<TNext> ValueAsync(CancellationToken ct) => next(
            loaded is LoaderResult<T> ours
                ? await ours.ValueAsync(ct).ConfigureAwait(false)
                : await loaded.GetResultAsync(ct).ConfigureAwait(false));
    }
}
