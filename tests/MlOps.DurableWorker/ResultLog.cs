using Microsoft.Extensions.Logging;
using MlOps.Durable.Local;

namespace MlOps.DurableWorker;

/// <summary>Writes into the log of runs when the storage has acknowledged a result. Activities of <see cref="Work"/> are numbered as their tasks are.</summary>
/// <param name="log">Beginning of the log files' names.</param>
internal sealed class ResultLog(string log) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId == LocalEvents.ResultWritten && state is IEnumerable<KeyValuePair<string, object?>> properties)
        {
            var named = properties.ToDictionary(property => property.Key, property => property.Value, StringComparer.Ordinal);
            Work.Append(log, $"written {named["InstanceId"]} {named["TaskId"]}");
        }
    }
}
