using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Microsoft.Extensions.Logging;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Notifications;

/// <summary>What goes over the wire to each kind of receiver, seen by a server of our own.</summary>
public sealed class NoticeDeliveryTests(AzuriteFixture azurite)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly PipelineName Pipeline = PipelineName.Parse("credit");

    [Fact]
    public async Task An_event_has_what_CloudEvents_requires()
    {
        await using var receiver = await Receiver.StartAsync();
        await SendAsync(receiver, Failed(), ("MLOPS_WEBHOOK", "hook"));

        var sent = Assert.Single(receiver.To("/hook"));
        using var json = JsonDocument.Parse(sent.Body);
        var attributes = json.RootElement.EnumerateObject().ToDictionary(a => a.Name, a => a.Value);

        // CloudEvents 1.0.2: "id", "source", "specversion" and "type" are required and not empty; names are lower-case letters and digits.
        Assert.StartsWith("application/cloudevents+json", sent.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("1.0", attributes["specversion"].GetString());
        Assert.Equal("credit-20201001-0x1", attributes["id"].GetString());
        Assert.True(Uri.TryCreate(attributes["source"].GetString(), UriKind.RelativeOrAbsolute, out _));
        Assert.NotEmpty(attributes["source"].GetString()!);
        Assert.NotEmpty(attributes["type"].GetString()!);
        Assert.Equal(TimeSpan.Zero, attributes["time"].GetDateTimeOffset().Offset);
        Assert.All(attributes.Keys, name => Assert.Matches("^[a-z0-9]{1,20}$", name));
        Assert.Equal(JsonValueKind.Object, attributes["data"].ValueKind);
    }

    [Fact]
    public async Task A_webhook_can_check_who_sent_an_event_and_the_secret_is_nowhere()
    {
        await using var receiver = await Receiver.StartAsync();
        var (account, log) = await SendAsync(receiver, Failed(), ("MLOPS_WEBHOOK", "hook"), ("MLOPS_WEBHOOK_SECRET", Secret));

        var sent = Assert.Single(receiver.To("/hook"));
        var signed = Encoding.UTF8.GetBytes($"{sent.Headers["webhook-id"]}.{sent.Headers["webhook-timestamp"]}.").Concat(sent.Body).ToArray();
        var expected = HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), signed);
        Assert.Equal("v1," + Convert.ToBase64String(expected), sent.Headers["webhook-signature"]);
        Assert.Equal("credit-20201001-0x1", sent.Headers["webhook-id"]);
        var stored = Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(account.Notifications, "credit/credit-20201001-0x1.json"));
        Assert.DoesNotContain(Secret[6..], stored + string.Join('\n', log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_taken_a_notice_is_not_told_again_because_another_has_not()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Fail("/slack", 2);
        var account = await AccountAsync();
        var (outbox, sender, _) = Sender(receiver, account, ("MLOPS_WEBHOOK", "hook"), ("MLOPS_SLACK_WEBHOOK", "slack"), ("MLOPS_TEAMS_WEBHOOK", "teams"));
        var name = await outbox.PutAsync(Failed());

        await Assert.ThrowsAsync<HttpRequestException>(() => sender.SendAsync(Pipeline, name));
        Assert.Equal(0, await sender.SendUndeliveredAsync(Pipeline));
        Assert.Equal(1, await sender.SendUndeliveredAsync(Pipeline));
        Assert.Equal(0, await sender.SendUndeliveredAsync(Pipeline));

        Assert.Equal((1, 3, 1), (receiver.To("/hook").Count, receiver.To("/slack").Count, receiver.To("/teams").Count));
    }

    [Fact]
    public async Task An_event_grid_topic_gets_the_event_by_identity()
    {
        await using var receiver = await Receiver.StartAsync();
        await SendAsync(receiver, Failed(), ("MLOPS_EVENTGRID_TOPIC", "api/events"));

        var sent = Assert.Single(receiver.To("/api/events"));
        Assert.Equal("Bearer token-of-the-identity", sent.Headers["Authorization"]);
        Assert.StartsWith("application/cloudevents-batch+json", sent.Headers["Content-Type"], StringComparison.Ordinal);
        using var json = JsonDocument.Parse(sent.Body);
        var only = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal("credit-20201001-0x1", only.GetProperty("id").GetString());
        Assert.Equal("MlOps.RunFailed", only.GetProperty("type").GetString());
        Assert.Equal("train", only.GetProperty("data").GetProperty("step").GetString());
    }

    [Theory]
    [InlineData("MLOPS_SLACK_WEBHOOK")]
    [InlineData("MLOPS_TEAMS_WEBHOOK")]
    public async Task A_chat_message_names_run_step_cause_file_and_next_command_and_data_stays_text(string variable)
    {
        await using var receiver = await Receiver.StartAsync();
        await SendAsync(receiver, Failed(), (variable, "chat"));

        using var json = JsonDocument.Parse(Assert.Single(receiver.To("/chat")).Body);
        var texts = Texts(json.RootElement).ToList();
        foreach (var wanted in new[] { "credit-20201001-0x1", "Step: train", "Cause: <!channel> [click](http://x) *disk* full", "File: credit/20201001.csv", "Next: mlops rerun credit-20201001-0x1" })
        {
            Assert.Contains(texts, t => t.Text.Contains(wanted, StringComparison.Ordinal));
        }

        // Text from data is in elements that are not read as markup: Slack's plain text, a card's text runs.
        Assert.All(texts.Where(t => t.Text.Contains("<!channel>", StringComparison.Ordinal)), t => Assert.Contains(t.Type, new[] { "plain_text", "TextRun" }));
        Assert.DoesNotContain(texts, t => t.Type is "mrkdwn" or "TextBlock");
    }

    [Theory]
    [InlineData("MLOPS_SLACK_WEBHOOK", "not an address")]
    [InlineData("MLOPS_EVENTGRID_TOPIC", "https://a/api,https://b/api")]
    [InlineData("MLOPS_WEBHOOK_SECRET", "whsec_***")]
    public void A_wrong_setting_is_named_and_its_value_is_not_repeated(string variable, string value)
    {
        var error = Assert.Throws<FormatException>(() => NotificationSettings.FromEnvironment(name => name == variable ? value : null));

        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_redirects_is_not_followed_and_gets_the_notice_later()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = receiver.At("inside").AbsoluteUri;
            return Task.CompletedTask;
        });
        var (outbox, sender, log) = Sender(receiver, await AccountAsync(), ("MLOPS_WEBHOOK", "hook"));

        var name = await outbox.PutAsync(Failed());
        await Assert.ThrowsAsync<HttpRequestException>(() => sender.SendAsync(Pipeline, name));
        Assert.Empty(receiver.To("/inside"));
        Assert.Contains(log.All, l => l.Contains("answered 307", StringComparison.Ordinal));
        Assert.Single(await outbox.UndeliveredAsync(Pipeline));
    }

    [Fact]
    public async Task A_receiver_whose_answer_has_no_end_has_taken_the_notice()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", async context =>
        {
            var block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        });
        var account = await AccountAsync();
        var (outbox, sender, _) = Sender(receiver, account, ("MLOPS_WEBHOOK", "hook"));

        await sender.SendAsync(Pipeline, await outbox.PutAsync(Failed()));
        Assert.Empty(await outbox.UndeliveredAsync(Pipeline));
    }

    [Fact]
    public async Task A_receiver_that_never_answers_holds_up_no_other_and_gets_the_notice_later()
    {
        Assert.True(WebhookClient.Limit <= TimeSpan.FromSeconds(30));
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hook", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var http = receiver.Client();
        http.Timeout = TimeSpan.FromSeconds(1);
        var (outbox, sender, log) = Sender(receiver, await AccountAsync(), http, ("MLOPS_WEBHOOK", "hook"), ("MLOPS_SLACK_WEBHOOK", "slack"));

        var name = await outbox.PutAsync(Failed());
        await Assert.ThrowsAsync<HttpRequestException>(() => sender.SendAsync(Pipeline, name));
        Assert.Single(receiver.To("/slack"));
        Assert.Contains(log.All, l => l.Contains("could not be reached", StringComparison.Ordinal));
        Assert.Single(await outbox.UndeliveredAsync(Pipeline));
    }

    private static Notice Failed() => new()
    {
        RunId = "credit-20201001-0x1",
        Pipeline = "credit",
        Period = "20201001",
        File = "credit/20201001.csv",
        State = RunState.Failed,
        Summary = "The run for credit/20201001.csv failed. Step train failed: <!channel> [click](http://x) *disk* full",
        Step = "train",
        Cause = "<!channel> [click](http://x) *disk* full",
        Errors = [new Finding("x", 3, 1, "A", "odd", null)],
        Command = "mlops rerun credit-20201001-0x1",
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    private static IEnumerable<(string Type, string Text)> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p is { Name: "text", Value.ValueKind: JsonValueKind.String }
                ? [(element.TryGetProperty("type", out var type) ? type.GetString()! : "", p.Value.GetString()!)]
                : Texts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    private async Task<StorageAccount> AccountAsync()
    {
        var account = new StorageAccount(azurite.ConnectionString, azurite.NewPrefix());
        await account.EnsureContainersAsync();
        return account;
    }

    private async Task<(StorageAccount Account, LogLines Log)> SendAsync(Receiver receiver, Notice notice, params (string Variable, string Value)[] settings)
    {
        var account = await AccountAsync();
        var (outbox, sender, log) = Sender(receiver, account, settings);
        await sender.SendAsync(Pipeline, await outbox.PutAsync(notice));
        return (account, log);
    }

    private static (NoticeOutbox Outbox, NoticeSender Sender, LogLines Log) Sender(
        Receiver receiver, StorageAccount account, params (string Variable, string Value)[] settings) => Sender(receiver, account, receiver.Client(), settings);

    private static (NoticeOutbox Outbox, NoticeSender Sender, LogLines Log) Sender(
        Receiver receiver, StorageAccount account, HttpClient http, params (string Variable, string Value)[] settings)
    {
        var log = new LogLines();
        var loggers = LoggerFactory.Create(b => b.AddProvider(log));
        var outbox = new NoticeOutbox(account);
        var values = settings.ToDictionary(s => s.Variable, s => s.Variable.EndsWith("SECRET", StringComparison.Ordinal) ? s.Value : receiver.At(s.Value).AbsoluteUri);
        var sender = new NoticeSender(
            outbox, new DefinitionStore(account), NotificationSettings.FromEnvironment(values.GetValueOrDefault), http,
            loggers.CreateLogger<NoticeSender>(), TimeProvider.System, new Identity());
        return (outbox, sender, log);
    }

    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token-of-the-identity", DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
