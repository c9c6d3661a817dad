using System.Net;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Hosting;
using MlOps.Engine;
using MlOps.Storage;
using MlOps.Web.Api;

namespace MlOps.Web.Tests.Api;

/// <summary>Whether the server says that it can work only where it can.</summary>
public sealed class HealthTests
{
    private const string Account = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:1/a;";

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "cannot write; is its disk full?")]
    [InlineData(HttpStatusCode.Forbidden, "no right to write")]
    [InlineData(HttpStatusCode.NotFound, "does not answer")]
    public async Task A_server_whose_account_can_be_read_but_not_written_is_not_ready_and_says_why(HttpStatusCode written, string expected)
    {
        var (status, text) = await ReadyAsync(request => request.Method == HttpMethod.Put ? written : HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("not ready: ", text, StringComparison.Ordinal);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_account_takes_a_write_is_ready() =>
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await ReadyAsync(request => request.Method == HttpMethod.Put ? HttpStatusCode.Created : HttpStatusCode.OK));

    private static async Task<(HttpStatusCode Status, string Text)> ReadyAsync(Func<HttpRequestMessage, HttpStatusCode> answer)
    {
        using var handler = new Answers(answer);
        using var http = new HttpClient(handler);
        var options = new BlobClientOptions { Transport = new HttpClientTransport(http), Retry = { MaxRetries = 0 } };
        var storage = new StorageAccount(new BlobServiceClient(Account, options));
        var api = new ApiServer(storage, new ConnectedAccount(storage, TaskHubAccount.FromConnectionString("UseDevelopmentStorage=true")).Client);
        var (app, address) = await HttpServer.StartAsync(0, NullLoggerFactory.Instance, api, TestContext.Current.CancellationToken);
        await using (app)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    /// <summary>The account: reads go well, writes as the test says.</summary>
    private sealed class Answers(Func<HttpRequestMessage, HttpStatusCode> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Of(request));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Of(request);

        private HttpResponseMessage Of(HttpRequestMessage request)
        {
            var response = new HttpResponseMessage(answer(request)) { RequestMessage = request, Content = new ByteArrayContent([]) };
            response.Headers.TryAddWithoutValidation("ETag", "\"0x1\"");
            response.Content.Headers.TryAddWithoutValidation("Last-Modified", "Sun, 29 Nov 2026 00:00:00 GMT");
            return response;
        }
    }
}
