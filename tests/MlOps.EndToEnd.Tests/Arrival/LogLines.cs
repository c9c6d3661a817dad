using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Keeps what is logged, so that tests can count steps.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyCollection<string> All => lines;

    /// <summary>Names of the steps that were run (not skipped), one a run.</summary>
    public IReadOnlyList<string> StepsStarted => [.. lines.Where(l => l.StartsWith("step started ", StringComparison.Ordinal)).Select(l => l["step started ".Length..])];

    public ILogger CreateLogger(string categoryName) => new Lines(lines);

    public void Dispose()
    {
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Enqueue(formatter(state, exception) + (exception is null ? "" : " " + exception));
            }
        }
    }
}
