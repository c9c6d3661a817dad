namespace MlOps.App.Hosting;

/// <summary>
/// Logs as the Functions host takes them from a custom handler's output: a line on stdout is information, one on stderr a
/// warning if it contains "warn", else an error. One entry is one line.
/// </summary>
internal sealed class HostLogs : ILoggerProvider
{
    private static readonly Lock Gate = new();

    /// <summary>A factory that writes so. Put together by hand: the handler's start is not to wait for a container of services.</summary>
    public static ILoggerFactory Create()
    {
        var filter = new LoggerFilterOptions { MinLevel = LogLevel.Information };
        filter.Rules.Add(new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null));
        filter.Rules.Add(new LoggerFilterRule(null, "System", LogLevel.Warning, null));
        return new LoggerFactory([new HostLogs()], filter);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var text = $"{category}: {formatter(state, exception)}";
            if (exception is not null)
            {
                text += " | " + exception;
            }

            var line = text.ReplaceLineEndings(" ");
            lock (Gate)
            {
                switch (logLevel)
                {
                    case LogLevel.Information:
                        Console.Out.WriteLine(line);
                        break;
                    case LogLevel.Warning:
                        Console.Error.WriteLine("warn: " + line);
                        break;
                    default:
                        Console.Error.WriteLine("error: " + line);
                        break;
                }
            }
        }
    }
}
