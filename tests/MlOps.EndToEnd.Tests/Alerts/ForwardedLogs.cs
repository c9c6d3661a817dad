using Microsoft.Extensions.Logging;
using MlOps.Cli.Hosting;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>
/// What the Functions host makes of the handler's output: a line of stdout is an entry of level 1, one of stderr of level 2 if it
/// contains "warn" and else of level 3. Columns as documented for AppTraces and AppRequests
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
        Provider = new HostLogs(new Lines(line => Add(line, 1)), new Lines(line => Add(line, line.Contains("warn", StringComparison.OrdinalIgnoreCase) ? 2 : 3)));
        logging = LoggerFactory.Create(builder => builder.AddProvider(Provider));
    }

    /// <summary>The time that entries are made at; tests move it.</summary>
    public DateTime Now { get; set; }

    public HostLogs Provider { get; }

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
                ["Name"] = "Api",
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

    private void Add(string line, long severity)
    {
        lock (traces)
        {
            traces.Add(new Dictionary<string, object?>
            {
                ["TimeGenerated"] = Now,
                ["Message"] = line,
                ["SeverityLevel"] = severity,
                ["OperationId"] = "",
                ["OperationName"] = "",
                ["AppRoleName"] = "func-x",
            });
        }
    }

    private sealed class Lines(Action<string> take) : StringWriter
    {
        public override void WriteLine(string? value) => take(value ?? "");
    }
}
