using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Tests.Replay;

public sealed class GoldenTests
{
    private static readonly Lazy<JsonArray> Cases = new(() => (JsonArray)GoldenFiles.Read("replay-cases.json")["cases"]!);

    public static TheoryData<string> Pairs() =>
        ["a-first-execution", "b-one-of-two-completed", "c-both-completed", "d-activity-failed-retry-timer", "e-retry-timer-fired"];

    public static TheoryData<string> ReplayCases() => [.. Cases.Value.Select(c => (string)c!["name"]!)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_golden_request_is_answered_byte_for_byte(string name)
    {
        var golden = GoldenFiles.Read(name + ".json");
        var request = GoldenFiles.Request(golden);
        Assert.Equal((string)golden["request_hex"]!, Convert.ToHexStringLower(request.ToByteArray()));

        var response = Execute(request, GoldenOrchestrators.ForPair((string)golden["orchestrator"]!["name"]!));

        Assert.Equal(GoldenFiles.Response(golden), response);
        Assert.Equal((string)golden["response_hex"]!, Convert.ToHexStringLower(response.ToByteArray()));
    }

    [Theory]
    [MemberData(nameof(ReplayCases))]
    public void A_replay_case_gives_what_the_official_worker_gave(string name)
    {
        var golden = Cases.Value.Single(c => (string)c!["name"]! == name)!;
        var expected = GoldenFiles.Response(golden);

        var response = Execute(GoldenFiles.Request(golden), GoldenOrchestrators.ForCase(name));

        Assert.Equal(expected, GoldenFiles.WithoutTexts(response, expected));
    }

    [Fact]
    public void Guids_are_those_of_the_official_worker()
    {
        foreach (var vector in (JsonArray)GoldenFiles.Read("new-guid.json")["vectors"]!)
        {
            var now = DateTime.Parse((string)vector!["currentUtc"]!, null, System.Globalization.DateTimeStyles.RoundtripKind);
            Assert.Equal((string)vector["guid"]!, DeterministicGuid.Create((string)vector["instanceId"]!, now, (int)vector["counter"]!).ToString());
        }
    }

    [Fact]
    public void A_request_without_a_start_event_is_an_error()
    {
        var request = new OrchestratorRequest { InstanceId = "x" };
        var error = Assert.Throws<InvalidOperationException>(() => Execute(request, GoldenOrchestrators.ForCase("no-result")));
        Assert.Contains("executionStarted", error.Message, StringComparison.Ordinal);
    }

    private static OrchestratorResponse Execute(OrchestratorRequest request, DurableTaskRegistry registry) =>
        new OrchestrationExecutor(registry, NoServices.Instance, NullLoggerFactory.Instance).Execute(request);
}

internal sealed class NoServices : IServiceProvider
{
    public static readonly NoServices Instance = new();

    public object? GetService(Type serviceType) => null;
}
