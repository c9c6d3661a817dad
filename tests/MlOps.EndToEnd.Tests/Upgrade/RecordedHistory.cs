using System.Text;
using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker.Shims;
using MlOps.Engine;
using MlOps.Pipeline.Orchestrations;

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
    public int Turns => events.Count(e => e is OrchestratorStartedEvent);

    public static async Task<RecordedHistory> OfAsync(DurableTaskClient client, string instanceId)
    {
        var instance = (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))!;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
        return new RecordedHistory(instanceId, [.. await client.GetOrchestrationHistoryAsync(instanceId)], instance.SerializedOutput!);
    }

    public static RecordedHistory Load(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        return new RecordedHistory((string)json["instance"]!, [.. HistoryJson.Read(json["events"]!.ToJsonString())], (string)json["output"]!);
    }

    public void Save(string file, string release)
    {
        var text = new StringBuilder("{\n");
        text.Append($"  \"release\": {JsonValue.Create(release).ToJsonString()},\n  \"instance\": {JsonValue.Create(InstanceId).ToJsonString()},\n  \"output\": {JsonValue.Create(Output).ToJsonString()},\n  \"events\": [\n    ");
        text.AppendJoin(",\n    ", events.Select(HistoryJson.Write)).Append("\n  ]\n}\n");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text.ToString());
    }

    /// <summary>
    /// Replays every prefix: as if a process that knows an orchestrator took over after each turn. Every turn must ask for what was asked
    /// for then.
    /// </summary>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="from">The first turn that it takes.</param>
    /// <returns>What the last turn completed with; the first failure where one occurred, and the turn.</returns>
    public (int Turn, OrchestrationCompleteOrchestratorAction Completion) Replay(ITaskOrchestrator orchestrator, int from = 0)
    {
        var starts = events.Select((e, i) => (e, i)).Where(x => x.e is OrchestratorStartedEvent).Select(x => x.i).ToList();
        for (var turn = from; turn < starts.Count; turn++)
        {
            var own = events.Skip(starts[turn]).Take((turn + 1 < starts.Count ? starts[turn + 1] : events.Count) - starts[turn]).ToList();
            var state = new OrchestrationRuntimeState([.. events.Take(starts[turn])]);
            foreach (var arrived in own.Where(e => !IsCreation(e) && e is not OrchestratorCompletedEvent and not ExecutionCompletedEvent))
            {
                state.AddEvent(arrived);
            }

            var shim = DurableTaskShimFactory.Default.CreateOrchestration(ProcessDropOrchestrator.Name, orchestrator);
            var actions = new TaskOrchestrationExecutor(state, shim, BehaviorOnContinueAsNew.Carryover, ErrorPropagationMode.UseFailureDetails).Execute().Actions.ToList();
            var completion = actions.OfType<OrchestrationCompleteOrchestratorAction>().SingleOrDefault();
            if (completion?.OrchestrationStatus == OrchestrationStatus.Failed)
            {
                return (turn, completion);
            }

            Assert.Equal(own.Where(IsCreation).Select(Describe), actions.Where(a => a is not OrchestrationCompleteOrchestratorAction).Select(Describe));
            Assert.Equal(turn == starts.Count - 1, completion is not null);
            if (completion is not null)
            {
                return (turn, completion);
            }
        }

        throw new InvalidOperationException("The history has no turn.");
    }

    private static bool IsCreation(HistoryEvent e) => e is TaskScheduledEvent or TimerCreatedEvent or EventSentEvent or SubOrchestrationInstanceCreatedEvent;

    private static string Describe(HistoryEvent e) => $"{e.EventId} {e switch
    {
        TaskScheduledEvent task => task.Name,
        TimerCreatedEvent timer => $"timer {timer.FireAt:O}",
        EventSentEvent sent => $"event {sent.Name} to {sent.InstanceId}",
        _ => ((SubOrchestrationInstanceCreatedEvent)e).Name,
    }}";

    private static string Describe(OrchestratorAction a) => $"{a.Id} {a switch
    {
        ScheduleTaskOrchestratorAction task => task.Name,
        CreateTimerOrchestratorAction timer => $"timer {timer.FireAt:O}",
        SendEventOrchestratorAction sent => $"event {sent.EventName} to {sent.Instance!.InstanceId}",
        _ => ((CreateSubOrchestrationAction)a).Name,
    }}";
}
