using System.Text.Json.Nodes;
using Google.Protobuf;
using MlOps.Durable.History;
using MlOps.Testing;

namespace MlOps.Durable.Tests.Replay;

/// <summary>The recorded requests and responses under tests/Fixtures/contracts/golden.</summary>
internal static class GoldenFiles
{
    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Shared.Fixture("contracts", "golden", name)))!;

    public static OrchestratorRequest Request(JsonNode golden) =>
        OrchestratorRequest.Parser.ParseFrom(Convert.FromBase64String((string)golden["request_base64"]!));

    public static OrchestratorResponse Response(JsonNode golden) =>
        JsonParser.Default.Parse<OrchestratorResponse>(golden["response"]!.ToJsonString());

    /// <summary>Puts the recordings' placeholders where message texts and stack traces differ from process to process.</summary>
    public static OrchestratorResponse WithoutTexts(OrchestratorResponse response, OrchestratorResponse expected)
    {
        var copy = response.Clone();
        foreach (var (action, other) in copy.Actions.Zip(expected.Actions))
        {
            if (action.CompleteOrchestration is { } actual && other.CompleteOrchestration is { } recorded)
            {
                if (recorded.Result == "(message of the caught exception)|0|(unknown)|(unknown), as a JSON string")
                {
                    Assert.EndsWith("|0|(unknown)|(unknown)\"", actual.Result, StringComparison.Ordinal);
                    actual.Result = recorded.Result;
                }
                else if (recorded.Result == "(message)")
                {
                    Assert.False(string.IsNullOrWhiteSpace(actual.Result));
                    actual.Result = "(message)";
                }

                foreach (var key in actual.Tags.Keys.ToArray())
                {
                    actual.Tags[key] = "(text)";
                }

                Replace(actual.FailureDetails, recorded.FailureDetails);
            }
        }

        return copy;
    }

    private static void Replace(TaskFailure? actual, TaskFailure? recorded)
    {
        for (; actual is not null && recorded is not null; (actual, recorded) = (actual.InnerFailure, recorded.InnerFailure))
        {
            actual.StackTrace = recorded.StackTrace;
            if (recorded.ErrorMessage == "(message)")
            {
                actual.ErrorMessage = "(message)";
            }
        }
    }
}
