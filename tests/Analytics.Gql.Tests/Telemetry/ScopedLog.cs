// Keeps log entries together with the scopes around them.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Telemetry;

internal sealed class ScopedLog : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<(string Category, string Text, IReadOnlyDictionary<string, string?> Scope)> Entries { get; } = [];

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(ScopedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var scope = new Dictionary<string, string?>();
            log._scopes.ForEachScope((around, found) =>
            {
                foreach (var (key, value) in around as IEnumerable<KeyValuePair<string, object?>> ?? []) found[key] = value?.ToString();
            }, scope);
            log.Entries.Enqueue((category, formatter(state, exception), scope));
        }
    }
}
