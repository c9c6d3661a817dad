using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Commands;
using MlOps.Cli.Hosting;

namespace MlOps.Cli.Tests.Hosting;

public sealed class FunctionsServerTests
{
    private const string Account = "UseDevelopmentStorage=true";

    [Fact]
    public async Task The_probe_is_answered_before_the_application_is_put_together_and_invocations_wait_for_it()
    {
        var (started, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var port = FreePort();
        await using var server = await FunctionsServer.StartAsync(port, Compose, NullLoggerFactory.Instance, default);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.False(started.Task.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        await started.Task;

        // In chunks, as the host sends invocations: what has a length comes from outside.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/nobody", UriKind.Relative)) { Content = new StringContent("{}"), Headers = { TransferEncodingChunked = true } };
        var invocation = http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        Assert.False(invocation.IsCompleted);

        go.SetResult();
        Assert.Equal(HttpStatusCode.NotFound, (await invocation).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/api/health/ready", UriKind.Relative))).StatusCode);

        FunctionsApplication Compose()
        {
            started.SetResult();
            go.Task.Wait();
            return FunctionsApplication.Compose(AppContext.BaseDirectory, Account, NullLoggerFactory.Instance);
        }
    }

    [Fact]
    public async Task An_application_that_cannot_be_put_together_ends_the_server_with_its_reason()
    {
        var port = FreePort();
        await using var server = await FunctionsServer.StartAsync(port, () => FunctionsApplication.Compose(AppContext.BaseDirectory, "nonsense", NullLoggerFactory.Instance), NullLoggerFactory.Instance, default);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var run = server.RunAsync(CancellationToken.None);

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        Assert.Contains("connection string", (await Assert.ThrowsAsync<CommandException>(() => run)).Message, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
