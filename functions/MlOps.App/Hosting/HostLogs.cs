namespace MlOps.App.Hosting;

/// <summary>
/// Logs as the Functions host takes them from a custom handler's output: a line on stdout is information, one on stderr a
/// warning if it contains "warn", else an error. One entry is one line.
/// </summary>
internal sealed class HostLogs : ILoggerProvider
{
    private static readonly Lock Gate = new();

    /// <summary>A factory that writes so.</summary>
    public static ILoggerFactory Create() => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddProvider(new HostLogs());
    });

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
