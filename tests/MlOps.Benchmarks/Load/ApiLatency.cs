using System.Diagnostics;

namespace MlOps.Benchmarks.Load;

/// <summary>Asks the local server every five seconds what its page asks, and keeps how long the answers took.</summary>
internal sealed class ApiLatency : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly string[] Paths = ["/", "/api/pipelines", "/api/runs"];
    private readonly CancellationTokenSource stop = new();
    private readonly List<double> milliseconds = [];
    private readonly Task asking;

    /// <summary>Begins.</summary>
    /// <param name="server">Where it answers.</param>
    public ApiLatency(Uri server) => asking = AskAsync(server);

    /// <summary>The median, in milliseconds.</summary>
    public double Median => At(0.5);

    /// <summary>The time that one of a hundred answers takes longer than, in milliseconds.</summary>
    public double SlowestOfHundred => At(0.99);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private double At(double share)
    {
        lock (milliseconds)
        {
            var sorted = milliseconds.Order().ToArray();
            return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
        }
    }

    private async Task AskAsync(Uri server)
    {
        using var client = new HttpClient { BaseAddress = server };
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await client.GetAsync(Paths[i % Paths.Length], stop.Token);
            answer.EnsureSuccessStatusCode();
            lock (milliseconds)
            {
                milliseconds.Add(watch.Elapsed.TotalMilliseconds);
            }

            await Task.Delay(Pause, stop.Token);
        }
    }
}
