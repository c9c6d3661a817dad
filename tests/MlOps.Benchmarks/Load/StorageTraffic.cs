using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;

namespace MlOps.Benchmarks.Load;

/// <summary>What this process asks of the storage: requests by kind, as the clients themselves tell them, and the bytes that came and went over its sockets.</summary>
internal sealed class StorageTraffic : EventListener
{
    private const int Request = 1;
    private const string Clients = "Azure-Core";
    private const string Sockets = "System.Net.Sockets";
    private readonly ConcurrentDictionary<string, int> kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> counters = new(StringComparer.Ordinal);
    private (double Received, double Sent) before;

    /// <summary>Requests by kind since <see cref="Begin"/>, such as <c>GET artifacts/ledger.json</c>.</summary>
    public IReadOnlyDictionary<string, int> Kinds => kinds;

    /// <summary>Requests since then.</summary>
    public int All => kinds.Values.Sum();

    /// <summary>Counts from now on.</summary>
    public async Task BeginAsync()
    {
        before = await BytesAsync();
        kinds.Clear();
    }

    /// <summary>Bytes received and sent since <see cref="BeginAsync"/>.</summary>
    public async Task<(double Received, double Sent)> EndAsync()
    {
        var now = await BytesAsync();
        return (now.Received - before.Received, now.Sent - before.Sent);
    }

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == Clients)
        {
            EnableEvents(source, EventLevel.Informational);
        }
        else if (source.Name == Sockets)
        {
            EnableEvents(source, EventLevel.LogAlways, EventKeywords.None, new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "1" });
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs told)
    {
        if (told.EventSource.Name == Clients && told.EventId == Request && told.Payload is [_, string method, string address, ..])
        {
            kinds.AddOrUpdate($"{method} {KindOf(new Uri(address))}", 1, (_, count) => count + 1);
        }
        else if (told.EventName == "EventCounters" && told.Payload is [IDictionary<string, object?> counter, ..]
            && counter.TryGetValue("Name", out var name) && counter.TryGetValue("Mean", out var value))
        {
            counters[(string)name!] = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        }
    }

    // The counters are told every second.
    private async Task<(double Received, double Sent)> BytesAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(2.1));
        return (counters.GetValueOrDefault("bytes-received"), counters.GetValueOrDefault("bytes-sent"));
    }

    // Container and first folder of a pipeline; all of a queue or a table is one kind.
    private static string KindOf(Uri address)
    {
        var parts = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2)
        {
            return "account";
        }

        var isListing = address.Query.Contains("comp=list", StringComparison.Ordinal) && !address.Query.Contains("blocklist", StringComparison.Ordinal);
        return parts[1] is "artifacts" or "input" or "output" or "rejected" or "definitions" or "notifications"
            ? isListing ? $"{parts[1]}, a list" : parts[1] == "notifications" ? "notifications/" : $"{parts[1]}/{(parts.Length > 3 ? parts[3] : "")}"
            : parts[1].Split('(')[0];
    }
}
