// Keeps what a server logs at Warning and above.
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Fixtures;

public sealed class RecordedLog : ILoggerProvider
{
    public ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Recorder(Entries);

    public void Dispose()
    {
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel, string, Exception?)> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) entries.Enqueue((logLevel, formatter(state, exception), exception));
        }
    }
}
