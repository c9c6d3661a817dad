using System.Net;
using System.Net.Sockets;
using System.Text;
using MlOps.Testing;

namespace MlOps.Web.Tests.Api;

/// <summary>Requests that are made to hurt: too deep, too long, never ended, and many at once.</summary>
public sealed class HostileRequestTests(AzuriteFixture azurite)
{
    private const string Score = "/api/pipelines/credit/score";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public async Task Rows_inside_rows_without_end_are_not_JSON(string level)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var body = new StringContent(string.Concat(Enumerable.Repeat(level, 200_000)), Encoding.UTF8, "application/json");
        var problem = await system.SendAsync(HttpMethod.Post, Score, body, 400);
        Assert.Equal("not JSON", problem.GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_head_that_is_too_long_is_refused_and_the_server_goes_on()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        Assert.StartsWith("HTTP/1.1 431", await AnswerAsync(system, "GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + new string('x', 64 << 10) + "\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await AnswerAsync(system, "GET /api/health HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: x\r\n")) + "\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await AnswerAsync(system, "GET /" + new string('x', 64 << 10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await AnswerAsync(system, "GET /api/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await AnswerAsync(system, "\0\0\0\0 nothing that is HTTP\r\n\r\n"), StringComparison.Ordinal);
        using var answer = await system.Client.GetAsync(new Uri("/api/pipelines", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_or_half_of_a_head_keep_nobody_out()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                var client = new TcpClient();
                await client.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
                silent.Add(client);
                if (i % 2 == 0)
                {
                    await client.GetStream().WriteAsync("GET /api/pipelines HTTP/1.1\r\nHost: local"u8.ToArray(), Stop);
                }
            }

            using var answer = await system.Client.GetAsync(new Uri("/api/pipelines", UriKind.Relative), Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            silent.ForEach(c => c.Dispose());
        }
    }

    private static async Task<string> AnswerAsync(ApiSystem system, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Stop);
        }
        catch (IOException)
        {
            // It has answered before all was sent, and closed.
        }

        var answer = new byte[64];
        var length = await stream.ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false, Stop);
        return Encoding.Latin1.GetString(answer, 0, length);
    }
}
