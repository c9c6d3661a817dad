using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Grpc.Core;
using MlOps.WorkerDouble.Rpc;

namespace MlOps.WorkerDouble;

/// <summary>One process of the worker, from its start as the host starts it to its end.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    public const string HostVersion = "4.1037.0";

    // What any process of a machine has; settings of ours could help where the platform has none.
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "DOTNET_ROOT"];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly string folder;
    private readonly Action<string> log;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly TaskCompletionSource<IServerStreamWriter<StreamingMessage>> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> invocations = new();
    private readonly Channel<StreamingMessage> answers = Channel.CreateUnbounded<StreamingMessage>();
    private readonly SemaphoreSlim writing = new(1);

    private WorkerProcess(string id, Process process, string folder, Action<string> log)
    {
        Id = id;
        this.process = process;
        this.folder = folder;
        this.log = log;
        process.OutputDataReceived += (_, line) => log(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => log(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ = EndedAsync();
    }

    /// <summary>The id by which the worker's stream is known.</summary>
    public string Id { get; }

    /// <summary>All functions, once they are loaded.</summary>
    public IReadOnlyDictionary<string, HostedFunction> Functions { get; private set; } = new Dictionary<string, HostedFunction>();

    /// <summary>What the worker says it can do.</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>();

    /// <summary>From the start of the process to the answer to WorkerInit.</summary>
    public TimeSpan InitTime { get; private set; }

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited => exited.Task;

    /// <summary>Starts the process, with the arguments and the environment of the host.</summary>
    public static WorkerProcess Start(string folder, Uri host, IReadOnlyDictionary<string, string> settings, Action<string> log)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "worker.config.json")));
        var description = config.RootElement.GetProperty("description");
        var start = new ProcessStartInfo(description.GetProperty("defaultExecutablePath").GetString()!)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var id = Guid.NewGuid().ToString();
        var request = Guid.NewGuid().ToString();
        const string Longest = "2147483647";
        foreach (var argument in (string[])
            [
                Path.Combine(folder, description.GetProperty("defaultWorkerPath").GetString()!),
                "--host", host.Host, "--port", $"{host.Port}", "--workerId", id, "--requestId", request, "--grpcMaxMessageLength", Longest,
                "--functions-uri", host.AbsoluteUri, "--functions-worker-id", id, "--functions-request-id", request, "--functions-grpc-max-message-length", Longest,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in start.Environment.Keys.Except(Inherited, StringComparer.Ordinal).ToList())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = start.Environment["AzureWebJobsScriptRoot"] = folder;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new WorkerProcess(id, Process.Start(start)!, folder, log);
    }

    /// <summary>Takes the worker's stream and reads from it until it ends.</summary>
    public async Task ServeAsync(IAsyncStreamReader<StreamingMessage> messages, IServerStreamWriter<StreamingMessage> writer, CancellationToken cancellation)
    {
        connected.TrySetResult(writer);
        await foreach (var message in messages.ReadAllAsync(cancellation))
        {
            switch (message.ContentCase)
            {
                // The host shows what is of an invocation that runs, and what the worker says of itself; nothing else.
                case StreamingMessage.ContentOneofCase.RpcLog when message.RpcLog.LogCategory == RpcLog.Types.RpcLogCategory.User && !invocations.ContainsKey(message.RpcLog.InvocationId):
                    break;
                case StreamingMessage.ContentOneofCase.RpcLog:
                    log($"{message.RpcLog.Level} {message.RpcLog.Category}: {message.RpcLog.Message} {message.RpcLog.Exception?.Message}");
                    break;
                case StreamingMessage.ContentOneofCase.InvocationResponse:
                    if (invocations.TryRemove(message.InvocationResponse.InvocationId, out var waiting))
                    {
                        waiting.TrySetResult(message.InvocationResponse);
                    }

                    break;
                default:
                    answers.Writer.TryWrite(message);
                    break;
            }
        }
    }

    /// <summary>Initialises the worker, asks it for its functions and has it load them.</summary>
    public async Task InitializeAsync()
    {
        var init = new WorkerInitRequest { HostVersion = HostVersion, WorkerDirectory = folder, FunctionAppDirectory = folder };
        foreach (var capability in (string[])["WorkerStatus", "RawHttpBodyBytes", "RpcHttpTriggerMetadataRemoved", "RequiresRouteParameters", "UseNullableValueDictionaryForHttp"])
        {
            init.Capabilities[capability] = bool.TrueString;
        }

        await SendAsync(new StreamingMessage { WorkerInitRequest = init });
        var ready = (await AnswerAsync(StreamingMessage.ContentOneofCase.WorkerInitResponse)).WorkerInitResponse;
        InitTime = watch.Elapsed;
        Check(ready.Result, "WorkerInit");
        Capabilities = ready.Capabilities;
        await SendAsync(new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = folder } });
        var found = (await AnswerAsync(StreamingMessage.ContentOneofCase.FunctionMetadataResponse)).FunctionMetadataResponse;
        Check(found.Result, "FunctionsMetadata");
        var metadata = found.UseDefaultMetadataIndexing ? OnDisk() : found.FunctionMetadataResults;
        Functions = metadata.Select(HostedFunction.Of).ToDictionary(function => function.Name);
        foreach (var function in Functions.Values)
        {
            await SendAsync(new StreamingMessage { FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Metadata.FunctionId, Metadata = function.Metadata } });
            Check((await AnswerAsync(StreamingMessage.ContentOneofCase.FunctionLoadResponse)).FunctionLoadResponse.Result, $"FunctionLoad {function.Name}");
        }
    }

    /// <summary>Sends an invocation; <paramref name="meanwhile"/> runs once it has been sent.</summary>
    /// <exception cref="WorkerExitedException">The process ended before it answered.</exception>
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request, Func<Task>? meanwhile = null)
    {
        var response = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        invocations[request.InvocationId] = response;
        await SendAsync(new StreamingMessage { InvocationRequest = request });
        if (meanwhile is not null)
        {
            await meanwhile();
        }

        if (exited.Task.IsCompleted)
        {
            End();
        }

        return await response.Task;
    }

    /// <summary>Tells the worker that an invocation is to end.</summary>
    public Task CancelAsync(string invocationId) => SendAsync(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await exited.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        writing.Dispose();
    }

    // The host reads functions.metadata where a worker has none of its own to add.
    private IEnumerable<RpcFunctionMetadata> OnDisk()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "functions.metadata")));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            string Text(string name) => entry.GetProperty(name).GetString()!;
            var metadata = new RpcFunctionMetadata
            {
                Name = Text("name"), Directory = folder, ScriptFile = Text("scriptFile"), EntryPoint = Text("entryPoint"), Language = Text("language"), FunctionId = Guid.NewGuid().ToString(),
            };
            foreach (var binding in entry.GetProperty("bindings").EnumerateArray())
            {
                metadata.RawBindings.Add(binding.GetRawText());
                metadata.Bindings[binding.GetProperty("name").GetString()!] = new BindingInfo { Type = binding.GetProperty("type").GetString() };
            }

            yield return metadata;
        }
    }

    private async Task SendAsync(StreamingMessage message)
    {
        var writer = await connected.Task.WaitAsync(Limit);
        await writing.WaitAsync();
        try
        {
            await writer.WriteAsync(message);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or Grpc.Core.RpcException)
        {
            throw new WorkerExitedException($"The worker's stream is closed: {e.Message}");
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task<StreamingMessage> AnswerAsync(StreamingMessage.ContentOneofCase kind)
    {
        while (true)
        {
            var message = await answers.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            if (message.ContentCase == kind)
            {
                return message;
            }
        }
    }

    // Only once all is read that it has said: why it ended is its last words.
    private async Task EndedAsync()
    {
        await process.WaitForExitAsync();
        End();
    }

    private void End()
    {
        exited.TrySetResult();
        connected.TrySetException(new WorkerExitedException("The worker ended before it connected."));
        answers.Writer.TryComplete(new WorkerExitedException("The worker ended while it was started."));
        foreach (var id in invocations.Keys)
        {
            if (invocations.TryRemove(id, out var waiting))
            {
                waiting.TrySetException(new WorkerExitedException($"The worker ended in the invocation {id}."));
            }
        }
    }

    private static void Check(StatusResult result, string what)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw new InvalidOperationException($"{what}: {result.Exception?.Message}");
        }
    }
}
