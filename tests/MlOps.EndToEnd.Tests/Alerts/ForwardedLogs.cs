using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>
/// What Application Insights holds of the program's log, by the exporter that the Functions app has: the text as Message, and as Properties the
/// fields, each as text, with the entry's name as EventName. Columns as documented for AppTraces and AppRequests
/// (https://learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces).
/// </summary>
internal sealed class ForwardedLogs : IDisposable
{
    private readonly List<Dictionary<string, object?>> traces = [];
    private readonly List<Dictionary<string, object?>> requests = [];
    private readonly ILoggerFactory logging;

    public ForwardedLogs(DateTime now)
    {
        Now = now;
        Provider = new Exporter(Add);
        logging = LoggerFactory.Create(builder => builder.AddProvider(Provider));
    }

    /// <summary>The time that entries are made at; tests move it.</summary>
    public DateTime Now { get; set; }

    public ILoggerProvider Provider { get; }

    public ILogger Logger => logging.CreateLogger("MlOps.Test");

    public IReadOnlyList<Dictionary<string, object?>> Traces => traces;

    public IReadOnlyDictionary<string, List<Dictionary<string, object?>>> Tables => new Dictionary<string, List<Dictionary<string, object?>>>
    {
        ["AppTraces"] = traces,
        ["AppRequests"] = requests,
    };

    /// <summary>An answer of the API as the host records it.</summary>
    public void Answered(string path, int status, double milliseconds, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            requests.Add(new Dictionary<string, object?>
            {
                ["TimeGenerated"] = Now,
                ["Id"] = $"{requests.Count:x16}",
                ["Name"] = "Web",
                ["Url"] = $"https://func-x.azurewebsites.net{path}",
                ["Success"] = status < 400,
                ["ResultCode"] = $"{status}",
                ["DurationMs"] = milliseconds,
                ["OperationId"] = $"{requests.Count:x32}",
                ["AppRoleName"] = "func-x",
            });
        }
    }

    /// <summary>Runs an alert's query.</summary>
    public List<Dictionary<string, object?>> Ask(string alert) =>
        KustoQuery.Run(File.ReadAllText(AlertFiles.Query(alert)), Tables, Now);

    public void Dispose() => logging.Dispose();

    private void Add(LogLevel level, string? name, string message, object? state)
    {
        var properties = new Dictionary<string, string>();
        foreach (var (key, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            if (value is not null)
            {
                properties[key == "{OriginalFormat}" ? "OriginalFormat" : key] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
            }
        }

        if (!string.IsNullOrEmpty(name))
        {
            properties["EventName"] = name;
        }

        lock (traces)
        {
            traces.Add(new Dictionary<string, object?>
            {
                ["TimeGenerated"] = Now,
                ["Message"] = message,
                ["SeverityLevel"] = level switch { LogLevel.Information => 1L, LogLevel.Warning => 2L, _ => 3L },
                ["Properties"] = JsonSerializer.SerializeToElement(properties),
                ["OperationId"] = "",
                ["OperationName"] = "",
                ["AppRoleName"] = "func-x",
            });
        }
    }

    private sealed class Exporter(Action<LogLevel, string?, string, object?> add) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                add(logLevel, eventId.Name, formatter(state, exception), state);
            }
        }

        public void Dispose()
        {
        }
    }
}
