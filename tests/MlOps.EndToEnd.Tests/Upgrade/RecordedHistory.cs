using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable;
using MlOps.Durable.History;
using MlOps.Durable.Local;
using MlOps.Durable.Replay;
using MlOps.Pipeline.Artifacts;

namespace MlOps.EndToEnd.Tests.Upgrade;

/// <summary>The history of one instance as a release wrote it: a JSON file with one event a line.</summary>
internal sealed class RecordedHistory
{
    private readonly IReadOnlyList<HistoryEvent> events;

    private RecordedHistory(string instanceId, IReadOnlyList<HistoryEvent> events, string output)
    {
        InstanceId = instanceId;
        this.events = events;
        Output = output;
    }

    public string InstanceId { get; }

    /// <summary>The orchestration's output.</summary>
    public string Output { get; }

    /// <summary>Number of turns.</summary>
    public int Turns => events.Count(e => e.OrchestratorStarted is not null);

    public static async Task<RecordedHistory> OfAsync(StorageAccount account, string instanceId)
    {
        var journal = await new BlobJournalStore(account.Journal, TimeProvider.System, NullLogger.Instance).ReadAsync(instanceId, CancellationToken.None);
        var state = InstanceState.Of(instanceId, journal!.Bytes);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, state.Status);
        return new RecordedHistory(instanceId, state.History, state.Completed!.Result);
    }

    public static RecordedHistory Load(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        return new RecordedHistory((string)json["instance"]!, [.. json["events"]!.AsArray().Select(e => JsonParser.Default.Parse<HistoryEvent>(e!.ToJsonString()))], (string)json["output"]!);
    }

    public void Save(string file, string release)
    {
        var text = new StringBuilder("{\n");
        text.Append($"  \"release\": {JsonValue.Create(release).ToJsonString()},\n  \"instance\": {JsonValue.Create(InstanceId).ToJsonString()},\n  \"output\": {JsonValue.Create(Output).ToJsonString()},\n  \"events\": [\n    ");
        text.AppendJoin(",\n    ", events.Select(e => JsonNode.Parse(JsonFormatter.Default.Format(e))!.ToJsonString())).Append("\n  ]\n}\n");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text.ToString());
    }

    /// <summary>
    /// Replays every prefix: as if a process that knows the orchestrators of a registry took over after each turn. Every turn must ask for
    /// what was asked for then.
    /// </summary>
    /// <param name="registry">The orchestrators.</param>
    /// <param name="from">The first turn that it takes.</param>
    /// <returns>What the last turn completed with; the first failure where one occurred, and the turn.</returns>
    public (int Turn, CompleteOrchestrationAction Completion) Replay(DurableTaskRegistry registry, int from = 0)
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var executor = new OrchestrationExecutor(registry, services, NullLoggerFactory.Instance);
        var starts = events.Select((e, i) => (e, i)).Where(x => x.e.OrchestratorStarted is not null).Select(x => x.i).ToList();
        for (var turn = from; turn < starts.Count; turn++)
        {
            var request = new OrchestratorRequest { InstanceId = InstanceId };
            request.PastEvents.AddRange(events.Take(starts[turn]));
            var own = events.Skip(starts[turn]).Take((turn + 1 < starts.Count ? starts[turn + 1] : events.Count) - starts[turn]).ToList();
            request.NewEvents.AddRange(own.Where(e => !IsCreation(e) && e.OrchestratorCompleted is null));
            var response = executor.Execute(request);
            var completion = response.Actions.FirstOrDefault(a => a.CompleteOrchestration is not null)?.CompleteOrchestration;
            if (completion?.OrchestrationStatus == OrchestrationStatus.Failed)
            {
                return (turn, completion);
            }

            Assert.Equal(own.Where(IsCreation).Select(Describe), response.Actions.Where(a => a.CompleteOrchestration is null).Select(Describe));
            Assert.Equal(turn == starts.Count - 1, completion is not null);
            if (completion is not null)
            {
                return (turn, completion);
            }
        }

        throw new InvalidOperationException("The history has no turn.");
    }

    private static bool IsCreation(HistoryEvent e) =>
        e.TaskScheduled is not null || e.TimerCreated is not null || e.EventSent is not null || e.SubOrchestrationInstanceCreated is not null;

    private static string Describe(HistoryEvent e) => $"{e.EventId} {e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => e.TaskScheduled.Name,
        HistoryEvent.EventTypeOneofCase.TimerCreated => "timer " + e.TimerCreated.FireAt,
        HistoryEvent.EventTypeOneofCase.EventSent => $"event {e.EventSent.Name} to {e.EventSent.InstanceId}",
        _ => e.SubOrchestrationInstanceCreated.Name,
    }}";

    private static string Describe(OrchestratorAction a) => $"{a.Id} {a.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => a.ScheduleTask.Name,
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => "timer " + a.CreateTimer.FireAt,
        OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => $"event {a.SendEvent.Name} to {a.SendEvent.Instance.InstanceId}",
        _ => a.CreateSubOrchestration.Name,
    }}";
}
