using System.Diagnostics;
using System.Net.Http.Headers;

namespace MlOps.Benchmarks.Serving;

/// <summary>What a server did under a load.</summary>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="Seconds">In how many seconds.</param>
/// <param name="P50">Half of them took at most so many milliseconds.</param>
/// <param name="P99">99 of a hundred did.</param>
internal sealed record Measured(int Requests, double Seconds, double P50, double P99);

/// <summary>Sends the same bodies again and again over so many connections, each waiting for its answer. The answers' bytes are read and not looked at.</summary>
internal static class Load
{
    public static async Task<Measured> RunAsync(Uri address, IReadOnlyList<byte[]> bodies, int connections, TimeSpan warm, TimeSpan time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false });
        await SendAsync(http, address, bodies, connections, warm);
        return await SendAsync(http, address, bodies, connections, time);
    }

    private static async Task<Measured> SendAsync(HttpClient http, Uri address, IReadOnlyList<byte[]> bodies, int connections, TimeSpan time)
    {
        var began = Stopwatch.StartNew();
        var took = await Task.WhenAll(Enumerable.Range(0, connections).Select(start => Task.Run(async () =>
        {
            var own = new List<double>();
            for (var i = start; began.Elapsed < time; i += connections)
            {
                using var content = new ByteArrayContent(bodies[i % bodies.Count]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var watch = Stopwatch.GetTimestamp();
                using var response = await http.PostAsync(address, content);
                await response.Content.ReadAsByteArrayAsync();
                own.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                response.EnsureSuccessStatusCode();
            }

            return own;
        })));
        var seconds = began.Elapsed.TotalSeconds;
        var all = took.SelectMany(t => t).Order().ToArray();
        return new Measured(all.Length, seconds, all[all.Length / 2], all[(int)(all.Length * 0.99)]);
    }
}
