using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Functions;
using MlOps.Durable.Tests.Replay;

namespace MlOps.Durable.Tests.Functions;

/// <summary>The host's recorded bodies, read and answered.</summary>
public sealed class EnvelopeTests
{
    private static readonly Dictionary<string, JsonNode> Bodies =
        ((JsonArray)GoldenFiles.Read("http-envelopes.json")["bodies"]!).ToDictionary(body => (string)body!["name"]!, body => body!, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(GoldenTests.Pairs), MemberType = typeof(GoldenTests))]
    public async Task A_golden_turn_over_HTTP_is_answered_byte_for_byte(string name)
    {
        var http = GoldenFiles.Read(name + ".json")["http"]!;
        var handler = Handler(GoldenOrchestrators.ForPair(((string)http["path"]!)[1..]));

        var answer = await InvokeAsync(handler, ((string)http["path"]!)[1..], (string)http["request_body"]!);

        Assert.Equal((int)http["response_status"]!, answer.StatusCode);
        Assert.Equal(InvocationAnswer.ContentType, (string)http["response_content_type"]!);
        Assert.Equal((string)http["response_body"]!, Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Theory]
    [InlineData("eventgrid-schema")]
    [InlineData("eventgrid-cloudevents")]
    public async Task An_event_is_read_as_the_host_sends_it_and_twice_encoded(string name)
    {
        var body = Bodies[name]["request_body"]!.DeepClone();
        var expected = body["Data"]!["eventGridEvent"]!.DeepClone();
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Assert.Single((await ReadAsync((string)Bodies[name]["request_body_text"]!)).EventGridEvents()))));

        body["Data"]!["eventGridEvent"] = JsonValue.Create(expected.ToJsonString()).ToJsonString();
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Assert.Single((await ReadAsync(body.ToJsonString())).EventGridEvents()))));
    }

    [Fact]
    public async Task Many_events_are_read_from_one_text_also_when_each_is_a_text()
    {
        var text = ((string)Bodies["eventgrid-cardinality-many"]["request_body_text"]!).Replace("eventGridEvents", "eventGridEvent", StringComparison.Ordinal);
        Assert.Equal(["1", "2"], (await ReadAsync(text)).EventGridEvents().Select(e => (string)JsonNode.Parse(e)!["id"]!));

        var texts = new JsonArray("{\"id\":\"7\"}", "{\"id\":\"8\"}").ToJsonString();
        var body = new JsonObject { ["Data"] = new JsonObject { ["eventGridEvent"] = texts } };
        Assert.Equal(["7", "8"], (await ReadAsync(body.ToJsonString())).EventGridEvents().Select(e => (string)JsonNode.Parse(e)!["id"]!));
    }

    [Theory]
    [InlineData("activity-object-input", """{"path":"a.csv","n":1,"opts":{"x":true}}""")]
    [InlineData("activity-string-input", "\"a\"")]
    [InlineData("activity-null-input", null)]
    public async Task An_activitys_input_is_decoded_by_its_exact_layers(string name, string? expected)
    {
        var invocation = await ReadAsync((string)Bodies[name]["request_body_text"]!);

        Assert.Equal(expected, invocation.ActivityInput());
        Assert.Equal("batch-001", invocation.InstanceId);
    }

    [Fact]
    public async Task The_durable_client_object_is_read_from_either_name_of_its_address()
    {
        var client = (await ReadAsync((string)Bodies["durableclient-input"]["request_body_text"]!)).Client!;

        Assert.Equal(new Uri("http://localhost:7071/runtime/webhooks/durabletask/"), client.BaseUrl);
        Assert.Equal(("code=SYSTEMKEY", "golden"), (client.Query, client.TaskHub));
        Assert.DoesNotContain("SYSTEMKEY", client.ToString(), StringComparison.Ordinal);
        Assert.Equal(new Uri("https://x/runtime/webhooks/durabletask/"), DurableClientBinding.Parse("""{"baseUrl":"https://x/runtime/webhooks/durabletask"}""").BaseUrl);
    }

    [Fact]
    public async Task An_orchestrator_and_a_timer_are_read()
    {
        Assert.Equal(
            GoldenFiles.Read("a-first-execution.json")["request_base64"]!.ToString(),
            Convert.ToBase64String((await ReadAsync((string)Bodies["orchestrator"]["request_body_text"]!)).OrchestratorRequest()));

        var fired = 0;
        using var handler = Handler(new DurableTaskRegistry()).AddFunction(FunctionDefinition.Timer("Nightly", "0 0 2 * * *"), (_, _) =>
        {
            fired++;
            return Task.CompletedTask;
        });
        var answer = await InvokeAsync(handler, "nightly", (string)Bodies["timer"]["request_body_text"]!);
        Assert.Equal((200, 1), (answer.StatusCode, fired));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"Data":{"contextTrigger":"\"!!!\""}}""")]
    [InlineData("""{"Data":{"contextTrigger":"\"AAAA\""}}""")]
    public async Task Nothing_leaves_the_host_without_an_answer(string body)
    {
        var handler = Handler(new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", (_, input) => Task.FromResult(input)));
        var answer = await InvokeAsync(handler, "O", body);

        Assert.NotNull(JsonNode.Parse(answer.Body.Span)!["Outputs"]);
        Assert.Null(await handler.InvokeAsync("unknown", Stream.Null));
    }

    [Fact]
    public async Task An_activitys_failure_goes_back_whole_in_an_envelope_with_status_200()
    {
        var handler = Handler(new DurableTaskRegistry().AddActivityFunc<string, string>("Bad", (_, input) => throw new InvalidDataException("outer " + input, new NonRetriableActivityException("inner"))));
        var answer = await InvokeAsync(handler, "Bad", """{"Data":{"inputTrigger":"\"\\\"x\\\"\""},"Metadata":{"instanceId":"\"i\""}}""");

        Assert.Equal(200, answer.StatusCode);
        var envelope = JsonNode.Parse((string)JsonNode.Parse(answer.Body.Span)!["ReturnValue"]!)!;
        Assert.Equal(("System.IO.InvalidDataException", "outer x", false), ((string)envelope["error"]!["type"]!, (string)envelope["error"]!["message"]!, (bool)envelope["error"]!["retriable"]!));
        Assert.Equal("inner", (string)envelope["error"]!["inner"]!["message"]!);
    }

    [Fact]
    public async Task An_activity_that_heeds_no_token_still_answers_at_its_deadline()
    {
        var registry = new DurableTaskRegistry().AddActivityFunc<string, string>("Endless", async (_, _) =>
        {
            await Task.Delay(Timeout.Infinite);
            return "";
        });
        var handler = Handler(registry, new FunctionsHandlerOptions { ActivityDeadline = TimeSpan.FromMilliseconds(50) });
        var answer = await InvokeAsync(handler, "Endless", """{"Data":{"inputTrigger":"null"},"Metadata":{}}""");

        Assert.Contains("did not end within its deadline", Encoding.UTF8.GetString(answer.Body.Span), StringComparison.Ordinal);
    }

    internal static FunctionsHandler Handler(DurableTaskRegistry registry, FunctionsHandlerOptions? options = null)
    {
        options ??= new FunctionsHandlerOptions();
        return new FunctionsHandler(registry, NoServices.Instance, new FunctionsDurableTaskClient(new HttpClient(), options), options, NullLoggerFactory.Instance);
    }

    private static async Task<InvocationAnswer> InvokeAsync(FunctionsHandler handler, string function, string body)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return (await handler.InvokeAsync(function, stream))!;
    }

    private static async Task<Invocation> ReadAsync(string body)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return await Invocation.ReadAsync(stream);
    }
}
