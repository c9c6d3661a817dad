using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Hosting;

/// <summary>What is secret in a setting is in nothing that the program says, answers, writes or stores.</summary>
public sealed class SecretsTests : IDisposable
{
    // Base64, so that it is a key too.
    private const string Planted = "UGxhbnRlZFNlY3JldE9mVGhlVGVzdA";
    private static readonly string Nowhere = "http://127.0.0.1:1/" + Planted;

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["MLOPS_WEBHOOK"] = Nowhere + "?code=" + Planted,
        ["MLOPS_WEBHOOK_SECRET"] = "whsec_" + Planted + "==",
        ["MLOPS_SLACK_WEBHOOK"] = Nowhere,
        ["MLOPS_TEAMS_WEBHOOK"] = Nowhere,
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=" + Planted,
        ["AZURE_CLIENT_SECRET"] = Planted,
        ["MLOPS_DEBUG"] = "1",
        ["MLOPS_LOG"] = "debug",
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_secret_of_a_setting_is_in_nothing_that_is_said_answered_or_stored()
    {
        var said = new StringBuilder();
        await using (var server = await RunningServer.StartAsync(folder.Path, Settings))
        {
            File.WriteAllText(folder["p.yaml"], "label: y\nid: id\nmodel: {num_iterations: 2, num_leaves: 4, min_data_in_leaf: 5}\n");
            File.WriteAllLines(folder["initial.csv"], Enumerable.Range(0, 100).Select(i => $"{i},{i % 7},{(i % 7 > 3 ? 1 : 0)}").Prepend("id,a,y"));
            File.WriteAllText(folder["20210101.csv"], "id,other\n1,2\n");
            foreach (var arguments in (string[][])[["put", "p", "initial.csv", "20210101.csv"], ["wait", "p", "--timeout", "300"], ["runs", "p", "--json"], ["status", "20210101.csv"], ["sweep"], ["models", "p"], ["--help"]])
            {
                await using var process = MlopsProcess.Start(folder.Path, arguments, Settings);
                var ended = await process.EndAsync(Patience.Limit);
                said.AppendLine(string.Join(' ', arguments)).AppendLine(ended.Output).AppendLine(ended.Errors);
            }

            said.AppendLine(await AnsweredAsync(server.Info.Address!)).AppendLine(await StoredAsync(server.Info.ConnectionString));
            var over = await server.TerminateAsync();
            said.AppendLine(over.Output).AppendLine(over.Errors);
        }

        Assert.Contains("could not be reached", said.ToString(), StringComparison.Ordinal);
        NothingOf(said.ToString());
        foreach (var file in Directory.EnumerateFiles(folder[".mlops"], "*", SearchOption.AllDirectories))
        {
            NothingOf(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        }
    }

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=data;AccountKey=" + Planted + "==;BlobEndpoint=http://127.0.0.1:1/data;QueueEndpoint=http://127.0.0.1:1/data;TableEndpoint=http://127.0.0.1:1/data")]
    [InlineData("AccountKey=" + Planted)]
    [InlineData("https://data.blob.core.windows.invalid/?sig=" + Planted)]
    [InlineData(Planted)]
    public async Task A_connection_that_does_not_work_is_told_without_its_key(string connection)
    {
        foreach (var command in (string[])["runs", "up"])
        {
            await using var process = MlopsProcess.Start(folder.Path, [command], new Dictionary<string, string?> { ["MLOPS_CONNECTION"] = connection, ["MLOPS_DEBUG"] = "1" });
            var ended = await process.EndAsync(Patience.Limit);
            Assert.NotEqual(0, ended.ExitCode);
            NothingOf(ended.Output + ended.Errors);
        }
    }

    private static void NothingOf(string text)
    {
        foreach (var form in (string[])[Planted, Convert.ToBase64String(Encoding.UTF8.GetBytes(Planted)), Encoding.UTF8.GetString(Convert.FromBase64String(Planted + "=="))])
        {
            var at = text.IndexOf(form, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : "The secret stands here: " + text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 300)]);
        }
    }

    private static async Task<string> AnsweredAsync(string address)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var all = new StringBuilder();
        foreach (var path in (string[])["/", "/api/health", "/api/ready", "/api/pipelines", "/api/pipelines/p", "/api/pipelines/p/runs", "/openapi/v1.json", "/docs/", "/api/audit", "/nothing"])
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            all.AppendLine(path).AppendLine(answer.ToString()).AppendLine(await answer.Content.ReadAsStringAsync());
        }

        return all.ToString();
    }

    private static async Task<string> StoredAsync(string connection)
    {
        var all = new StringBuilder();
        var blobs = new BlobServiceClient(connection);
        await foreach (var container in blobs.GetBlobContainersAsync())
        {
            await foreach (var blob in blobs.GetBlobContainerClient(container.Name).GetBlobsAsync())
            {
                var content = (await blobs.GetBlobContainerClient(container.Name).GetBlobClient(blob.Name).DownloadContentAsync()).Value;
                all.AppendLine(blob.Name).AppendLine(string.Join(' ', content.Details.Metadata)).AppendLine(Encoding.Latin1.GetString(content.Content.ToArray()));
            }
        }

        var tables = new TableServiceClient(connection);
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var entity in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                all.AppendLine(string.Join(' ', entity.Select(p => $"{p.Key}={p.Value}")));
            }
        }

        var queues = new QueueServiceClient(connection);
        await foreach (var queue in queues.GetQueuesAsync())
        {
            foreach (var message in (await queues.GetQueueClient(queue.Name).PeekMessagesAsync(32)).Value)
            {
                all.AppendLine(message.MessageText);
            }
        }

        return all.ToString();
    }
}
