using Microsoft.Extensions.Logging;
using MlOps.Durable.Local;

namespace MlOps.Durable.Tests.Local;

/// <summary>Workers on one in-memory store, as processes on one account.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private readonly List<LocalDurableTaskWorker> workers = [];

    public InMemoryJournalStore Store { get; } = new(TimeProvider.System);

    public TestLog Log { get; } = new();

    /// <summary>Settings with short waits.</summary>
    public static LocalOptions Quick { get; } = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(1),
        PollInterval = TimeSpan.FromMilliseconds(20),
        ScanInterval = TimeSpan.FromMilliseconds(50),
        MaxConcurrentActivities = 8,
        DrainTimeout = TimeSpan.FromSeconds(2),
    };

    public async Task<LocalDurableTaskWorker> StartAsync(DurableTaskRegistry registry, LocalOptions? options = null)
    {
        var worker = new LocalDurableTaskWorker(Store, registry, Replay.NoServices.Instance, options ?? Quick, Log);
        workers.Add(worker);
        await worker.StartAsync();
        return worker;
    }

    public LocalDurableTaskClient ClientElsewhere() => new(Store, TimeProvider.System, null);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (lines)
        {
            lines.Add($"{logLevel} {formatter(state, exception)} {exception}");
        }
    }
}
