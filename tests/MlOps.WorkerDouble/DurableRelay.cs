using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.DurableTask.Protobuf;
using MlOps.WorkerDouble.Rpc;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Hub = Microsoft.DurableTask.Protobuf.TaskHubSidecarService.TaskHubSidecarServiceClient;

namespace MlOps.WorkerDouble;

/// <summary>
/// Takes work from the task hub and has the worker do it, in the form of the host's extension: an orchestrator gets its history as base64 of
/// the protobuf request and gives its decisions so; an activity gets and gives JSON. Work whose worker has died is delivered again.
/// </summary>
internal sealed class DurableRelay : IAsyncDisposable
{
    // What the host's extension reads and writes JSON with.
    private static readonly JsonSerializerSettings HostJson = new() { DateParseHandling = DateParseHandling.None };

    private readonly WorkerHost host;
    private readonly GrpcChannel channel;
    private readonly Hub hub;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim activities = new(4);
    private Task loop = Task.CompletedTask;

    private DurableRelay(WorkerHost host)
    {
        this.host = host;
        channel = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        hub = new Hub(channel);
    }

    public static DurableRelay Start(WorkerHost host)
    {
        var relay = new DurableRelay(host);
        relay.loop = Task.Run(relay.RunAsync);
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        channel.Dispose();
        stopping.Dispose();
        activities.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var work = hub.GetWorkItems(new GetWorkItemsRequest(), cancellationToken: stopping.Token);
            await foreach (var item in work.ResponseStream.ReadAllAsync(stopping.Token))
            {
                _ = Task.Run(() => item.RequestCase switch
                {
                    WorkItem.RequestOneofCase.OrchestratorRequest => OrchestrateAsync(item.OrchestratorRequest),
                    WorkItem.RequestOneofCase.ActivityRequest => ActAsync(item.ActivityRequest),
                    _ => Task.CompletedTask,
                });
            }
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or OperationCanceledException)
        {
            // The host ends.
        }
    }

    private async Task OrchestrateAsync(OrchestratorRequest request)
    {
        var name = request.PastEvents.Concat(request.NewEvents).First(e => e.ExecutionStarted is not null).ExecutionStarted.Name;
        OrchestratorResponse decided;
        try
        {
            var response = await UntilAnsweredAsync(name, new TypedData { String = Convert.ToBase64String(request.ToByteArray()) }, request.InstanceId);
            decided = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(response.ReturnValue.String));
        }
        catch (InvocationFailedException e)
        {
            decided = new OrchestratorResponse { InstanceId = request.InstanceId };
            decided.Actions.Add(new OrchestratorAction { Id = -1, CompleteOrchestration = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Failed, FailureDetails = Details(e) } });
        }

        await hub.CompleteOrchestratorTaskAsync(decided, cancellationToken: stopping.Token);
    }

    private async Task ActAsync(ActivityRequest request)
    {
        var answer = new ActivityResponse { InstanceId = request.OrchestrationInstance.InstanceId, TaskId = request.TaskId };
        await activities.WaitAsync(stopping.Token);
        try
        {
            var response = await UntilAnsweredAsync(request.Name, new TypedData { Json = Through(Bare(request.Input)) }, answer.InstanceId);
            answer.Result = response.ReturnValue?.DataCase switch
            {
                TypedData.DataOneofCase.Json => Through(response.ReturnValue.Json),
                TypedData.DataOneofCase.String => JsonConvert.SerializeObject(response.ReturnValue.String),
                TypedData.DataOneofCase.Int => JsonConvert.SerializeObject(response.ReturnValue.Int),
                TypedData.DataOneofCase.Double => JsonConvert.SerializeObject(response.ReturnValue.Double),
                _ => null,
            };
        }
        catch (InvocationFailedException e)
        {
            answer.FailureDetails = Details(e);
        }
        finally
        {
            activities.Release();
        }

        await hub.CompleteActivityTaskAsync(answer, cancellationToken: stopping.Token);
    }

    // A worker that died has not done the work, whatever it has done of it: the queue delivers it again.
    private async Task<InvocationResponse> UntilAnsweredAsync(string function, TypedData input, string instance)
    {
        while (true)
        {
            try
            {
                return await host.InvokeAsync(function, input, new Dictionary<string, string> { ["instanceId"] = instance });
            }
            catch (WorkerExitedException) when (!stopping.IsCancellationRequested)
            {
                await Task.Delay(50, stopping.Token);
            }
        }
    }

    // The framework keeps an input as an array of one; the extension takes it out.
    private static string Bare(string? input) =>
        input is null ? "null" : JsonConvert.DeserializeObject<JToken>(input, HostJson) is JArray { Count: 1 } wrapped ? wrapped[0].ToString(Formatting.None) : input;

    private static string Through(string json) => JsonConvert.SerializeObject(JsonConvert.DeserializeObject<JToken>(json, HostJson), HostJson);

    // A worker puts the failure of a durable function into the message, as JSON on its first line.
    private static TaskFailureDetails Details(InvocationFailedException e)
    {
        var line = e.Message.Split('\n')[0];
        try
        {
            using var json = JsonDocument.Parse(line);
            return Details(json.RootElement);
        }
        catch (System.Text.Json.JsonException)
        {
            return new TaskFailureDetails { ErrorType = e.IsCancelled ? typeof(TaskCanceledException).FullName : "(unknown)", ErrorMessage = e.Message };
        }
    }

    private static TaskFailureDetails Details(JsonElement json)
    {
        JsonElement? Field(string name) => json.EnumerateObject().Where(p => p.NameEquals(name) || p.NameEquals(char.ToLowerInvariant(name[0]) + name[1..])).Select(p => (JsonElement?)p.Value).FirstOrDefault();
        return new TaskFailureDetails
        {
            ErrorType = Field("ErrorType")?.GetString() ?? "",
            ErrorMessage = Field("ErrorMessage")?.GetString() ?? "",
            StackTrace = Field("StackTrace") is { ValueKind: JsonValueKind.String } trace ? trace.GetString() : null,
            IsNonRetriable = Field("IsNonRetriable") is { ValueKind: JsonValueKind.True },
            InnerFailure = Field("InnerFailure") is { ValueKind: JsonValueKind.Object } inner ? Details(inner) : null,
        };
    }
}
