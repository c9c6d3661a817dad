using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Hosting;
using MlOps.Engine;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Access;
using MlOps.Web.Api;
using MlOps.Web.Runs;

namespace MlOps.Web.Tests.Api;

/// <summary>The API as `mlops up` serves it, with its worker and event source, on an account of the test's own.</summary>
internal sealed class ApiSystem : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly PipelineHost host;
    private readonly TemporaryFolder folder;
    private readonly AzuriteFixture azurite;
    private readonly LocalEventSource source;
    private readonly Task events;

    private ApiSystem(AzuriteFixture azurite, StorageAccount account, PipelineHost host, TemporaryFolder folder, WebApplication app, Uri address)
    {
        Account = account;
        this.azurite = azurite;
        this.host = host;
        this.folder = folder;
        App = app;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = Patience.Limit };
        History = new RunHistory(account, host.Client);
        source = new LocalEventSource(account, async (json, stop) => await host.Receiver.ReceiveAsync(json, stop), TimeProvider.System, NullLogger.Instance);
        azurite.Tell(Hint);
        events = Task.Run(() => source.RunAsync(TimeSpan.FromSeconds(2), stopping.Token));
    }

    public StorageAccount Account { get; }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public RunHistory History { get; }

    public static async Task<ApiSystem> StartAsync(AzuriteFixture azurite, AccessMode access = AccessMode.Local, ApiLimits? limits = null)
    {
        var prefix = azurite.NewPrefix();
        var folder = new TemporaryFolder();
        var account = new StorageAccount(azurite.ConnectionString, prefix + "-");
        var host = await PipelineHost.StartAsync(
            new ConnectedAccount(account, TaskHubAccount.FromConnectionString(azurite.ConnectionString)),
            new TaskHubOptions { Folder = folder.Path, HubName = "hub" + prefix, MaxPollingInterval = TimeSpan.FromSeconds(1) },
            NullLoggerFactory.Instance,
            CancellationToken.None);
        var api = new ApiServer(account, host.Client) { Access = access, Limits = limits ?? new ApiLimits() };
        var (app, address) = await HttpServer.StartAsync(0, NullLoggerFactory.Instance, api, CancellationToken.None);
        return new ApiSystem(azurite, account, host, folder, app, address);
    }

    public async Task DefineAsync(string pipeline, string yaml) =>
        await Account.Definitions.GetBlobClient($"{pipeline}.yaml").UploadAsync(BinaryData.FromString(yaml), overwrite: true);

    /// <summary>Waits until every file of a pipeline has been dealt with.</summary>
    public async Task<IReadOnlyList<PeriodStanding>> SettledAsync(string pipeline)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < Patience.Limit;)
        {
            var standings = await History.StandingsAsync(PipelineName.Parse(pipeline), [], CancellationToken.None);
            if (standings.Count > 0 && standings.All(s => s.Standing != Standing.Pending))
            {
                return standings;
            }

            await Task.Delay(Patience.Pause);
        }

        throw new TimeoutException($"The runs of {pipeline} have not ended in {Patience.Limit.TotalMinutes} minutes.");
    }

    public async Task<JsonElement> GetAsync(string path) => await JsonAsync(await Client.GetAsync(path), 200);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body = null, int expected = 200, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await JsonAsync(await Client.SendAsync(request), expected);
    }

    public static HttpContent Csv(string text) => new StringContent(text, Encoding.UTF8, "text/csv");

    public static HttpContent Csv(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("text/csv");
        return content;
    }

    public static HttpContent Json(object value) => JsonContent.Create(value);

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response, int expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == expected, $"{(int)response.StatusCode} instead of {expected}: {text}");
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        }
    }

    public async ValueTask DisposeAsync()
    {
        azurite.TellNoMore(Hint);
        await stopping.CancelAsync();
        await events;
        Client.Dispose();
        await App.DisposeAsync();
        await host.DisposeAsync();
        stopping.Dispose();
    }

    private void Hint(string container)
    {
        if (container == Account.Input.Name)
        {
            source.Hint();
        }
    }
}
