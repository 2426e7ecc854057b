// Keeps what a server logs, at Warning and above unless asked for more.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Fixtures;

public sealed class RecordedLog(LogLevel least = LogLevel.Warning) : ILoggerProvider
{
    public ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Recorder(Entries, least);

    public void Dispose()
    {
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel, string, Exception?)> entries, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) entries.Enqueue((logLevel, formatter(state, exception), exception));
        }
    }
}
