using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Durable.Functions;

/// <summary>
/// The durable client over the host's management HTTP API. It reads before it starts, because the host replaces an
/// instance that is over without a word, and answers a start of a running one with an error whose shape depends on its version.
/// </summary>
public sealed class FunctionsDurableTaskClient : DurableTaskClient
{
    private const string ContinuationHeader = "x-ms-continuation-token";
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset LongAgo = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly HttpClient http;
    private readonly PayloadOffload payloads;
    private readonly TimeProvider time;
    private readonly TaskCompletionSource<bool> bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DurableClientBinding? binding;

    /// <summary>Creates a client that does not know yet where the host is.</summary>
    /// <param name="http">Sends the requests.</param>
    /// <param name="options">Payloads and clock.</param>
    public FunctionsDurableTaskClient(HttpClient http, FunctionsHandlerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.http = http;
        payloads = new PayloadOffload(options.Payloads, options.PayloadThreshold);
        time = options.TimeProvider;
    }

    /// <summary>Tells where the host is. The last word counts: keys are rotated.</summary>
    /// <param name="client">The object of a durableClient binding.</param>
    public void Bind(DurableClientBinding client)
    {
        binding = client;
        bound.TrySetResult(true);
    }

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        if (options?.StartAt is not null)
        {
            throw new NotSupportedException("The host's HTTP API knows no scheduled start. Start the instance and let it begin with a timer.");
        }

        var instanceId = options?.InstanceId is { } given ? InstanceIds.Validate(given) : Guid.NewGuid().ToString("N");
        var body = await payloads.StoreAsync(JsonDataConverter.Default.Serialize(input), cancellation);
        for (var attempt = 1; ; attempt++)
        {
            if (await GetInstanceAsync(instanceId, cancellation: cancellation) is { } existing
                && (!existing.IsCompleted || options?.DedupeStatuses is not { } dedupe || dedupe.Contains(existing.RuntimeStatus)))
            {
                // Ours, if an earlier attempt of this very call lost its answer.
                return attempt > 1 ? instanceId : throw new OrchestrationAlreadyExistsException(instanceId, existing.RuntimeStatus);
            }

            try
            {
                using var answer = await SendAsync(HttpMethod.Post, $"orchestrators/{Uri.EscapeDataString(orchestratorName)}/{Uri.EscapeDataString(instanceId)}", body ?? "null", cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return instanceId;
                }

                if (answer.StatusCode == HttpStatusCode.Conflict || await IsAlreadyThereAsync(answer, cancellation))
                {
                    throw new OrchestrationAlreadyExistsException(instanceId);
                }

                if ((int)answer.StatusCode < 500 || attempt == 3)
                {
                    throw await ErrorAsync(answer, $"start '{orchestratorName}' as '{instanceId}'", cancellation);
                }
            }
            catch (HttpRequestException e) when (attempt < 3 && e.StatusCode is null)
            {
                // No answer: look again whether it was started.
            }

            await Task.Delay(FirstWait * (1 << attempt), time, cancellation);
        }
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        using var answer = await GetAsync($"instances/{Uri.EscapeDataString(InstanceIds.Validate(instanceId))}?showInput={(getInputsAndOutputs ? "true" : "false")}", null, cancellation);
        return answer.StatusCode switch
        {
            HttpStatusCode.NotFound => null,
            HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.InternalServerError when await answer.Content.ReadAsStringAsync(cancellation) is { Length: > 0 } text && JsonNode.Parse(text) is JsonObject status && status.ContainsKey("runtimeStatus") =>
                await ToMetadataAsync(instanceId, status, getInputsAndOutputs, cancellation),
            _ => throw await ErrorAsync(answer, $"read '{instanceId}'", cancellation),
        };
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        await foreach (var status in ListAsync(filter, CancellationToken.None))
        {
            yield return await ToMetadataAsync((string)status["instanceId"]!, status, filter.FetchInputsAndOutputs, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, metadata => metadata.RuntimeStatus != OrchestrationRuntimeStatus.Pending, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, metadata => metadata.IsCompleted, cancellation);

    /// <inheritdoc/>
    public override async Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var payload = await payloads.StoreAsync(JsonDataConverter.Default.Serialize(eventPayload), cancellation);
        await SteerAsync(instanceId, $"raiseEvent/{Uri.EscapeDataString(eventName)}", payload ?? "null", cancellation);
    }

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SteerAsync(instanceId, $"suspend?reason={Uri.EscapeDataString(reason ?? "")}", null, cancellation);

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SteerAsync(instanceId, $"resume?reason={Uri.EscapeDataString(reason ?? "")}", null, cancellation);

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        if (options?.Recursive == true)
        {
            throw new NotSupportedException("The host's HTTP API does not terminate sub-orchestrations. Terminate them one by one.");
        }

        var reason = options?.Output as string ?? JsonDataConverter.Default.Serialize(options?.Output) ?? "";
        return SteerAsync(instanceId, $"terminate?reason={Uri.EscapeDataString(reason)}", null, cancellation);
    }

    /// <inheritdoc/>
    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"instances/{Uri.EscapeDataString(InstanceIds.Validate(instanceId))}/rewind?reason={Uri.EscapeDataString(reason)}", null, cancellation);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.NotFound:
                throw new OrchestrationNotFoundException(instanceId);
            case HttpStatusCode.Gone or HttpStatusCode.PreconditionFailed:
                throw new InvalidOperationException($"Instance '{instanceId}' cannot be rewound: only a failed instance can.");
            default:
                await CheckAsync(answer, $"rewind '{instanceId}'", cancellation);
                break;
        }
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        // Older versions of the extension purge a running instance too.
        if (await GetInstanceAsync(instanceId, cancellation: cancellation) is { IsCompleted: false })
        {
            throw new InvalidOperationException($"Instance '{instanceId}' is not over. Terminate it first.");
        }

        using var answer = await SendAsync(HttpMethod.Delete, $"instances/{Uri.EscapeDataString(instanceId)}", null, cancellation);
        return await PurgedAsync(answer, $"purge '{instanceId}'", cancellation);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var query = $"instances?createdTimeFrom={Time(filter.CreatedFrom ?? LongAgo)}";
        query += filter.CreatedTo is { } to ? $"&createdTimeTo={Time(to)}" : "";
        query += $"&runtimeStatus={string.Join(',', (filter.Statuses ?? Enum.GetValues<OrchestrationRuntimeStatus>()).Where(OrchestrationMetadata.IsTerminal))}";
        using var answer = await SendAsync(HttpMethod.Delete, query, null, cancellation);
        return await PurgedAsync(answer, "purge instances", cancellation);
    }

    private async IAsyncEnumerable<JsonObject> ListAsync(OrchestrationQuery filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = $"instances?top={filter.PageSize}&showInput={(filter.FetchInputsAndOutputs ? "true" : "false")}";
        query += filter.InstanceIdPrefix is { } prefix ? $"&instanceIdPrefix={Uri.EscapeDataString(prefix)}" : "";
        query += filter.CreatedFrom is { } from ? $"&createdTimeFrom={Time(from)}" : "";
        query += filter.CreatedTo is { } to ? $"&createdTimeTo={Time(to)}" : "";
        query += filter.Statuses is { } statuses ? $"&runtimeStatus={string.Join(',', statuses)}" : "";
        for (string? continuation = null; ;)
        {
            using var answer = await GetAsync(query, continuation, cancellation);
            await CheckAsync(answer, "list instances", cancellation);
            foreach (var status in (JsonArray)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!)
            {
                yield return (JsonObject)status!;
            }

            continuation = answer.Headers.TryGetValues(ContinuationHeader, out var values) ? values.FirstOrDefault() : null;
            if (string.IsNullOrEmpty(continuation) || continuation == "null")
            {
                yield break;
            }
        }
    }

    private async Task<OrchestrationMetadata> ToMetadataAsync(string instanceId, JsonObject status, bool withInputsAndOutputs, CancellationToken cancellation)
    {
        var runtimeStatus = Enum.TryParse<OrchestrationRuntimeStatus>((string?)status["runtimeStatus"], out var parsed) ? parsed : OrchestrationRuntimeStatus.Running;
        return new OrchestrationMetadata((string?)status["name"] ?? "", instanceId)
        {
            RuntimeStatus = runtimeStatus,
            CreatedAt = ParseTime(status["createdTime"]),
            LastUpdatedAt = ParseTime(status["lastUpdatedTime"]),
            SerializedInput = withInputsAndOutputs ? await payloads.LoadAsync(status["input"]?.ToJsonString(), cancellation) : null,
            SerializedOutput = withInputsAndOutputs && OrchestrationMetadata.IsTerminal(runtimeStatus) ? await payloads.LoadAsync(status["output"]?.ToJsonString(), cancellation) : null,
            SerializedCustomStatus = withInputsAndOutputs ? status["customStatus"]?.ToJsonString() : null,
            FailureDetails = runtimeStatus == OrchestrationRuntimeStatus.Failed ? PlatformFailure.Details(status["output"]) : null,
        };
    }

    private async Task SteerAsync(string instanceId, string what, string? body, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"instances/{Uri.EscapeDataString(InstanceIds.Validate(instanceId))}/{what}", body, cancellation);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.NotFound:
                throw new OrchestrationNotFoundException(instanceId);
            case HttpStatusCode.Gone:
                // It is over: nothing is left to steer.
                return;
            default:
                await CheckAsync(answer, $"reach '{instanceId}'", cancellation);
                return;
        }
    }

    private static async Task<PurgeResult> PurgedAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return new PurgeResult(0);
        }

        await CheckAsync(answer, what, cancellation);
        return new PurgeResult((int?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))?["instancesDeleted"] ?? 0);
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool getInputsAndOutputs, Func<OrchestrationMetadata, bool> done, CancellationToken cancellation)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            var metadata = await GetInstanceAsync(instanceId, getInputsAndOutputs, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            if (done(metadata))
            {
                return metadata;
            }

            await Task.Delay(wait, time, cancellation);
        }
    }

    // A read can be repeated without a thought.
    private async Task<HttpResponseMessage> GetAsync(string path, string? continuation, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendAsync(HttpMethod.Get, path, null, cancellation, continuation);
                if ((int)answer.StatusCode < 502 || attempt == 4)
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (HttpRequestException) when (attempt < 4)
            {
                // The host may be restarting.
            }

            await Task.Delay(FirstWait * (1 << attempt), time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellation, string? continuation = null)
    {
        if (binding is null)
        {
            await bound.Task.WaitAsync(TimeSpan.FromSeconds(30), time, cancellation);
        }

        var target = binding!;
        var separator = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        using var request = new HttpRequestMessage(method, new Uri(target.BaseUrl, path + (target.Query.Length > 0 ? separator + target.Query : "")));
        if (body is not null)
        {
            // Exactly this media type: raiseEvent refuses any other.
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (continuation is not null)
        {
            request.Headers.TryAddWithoutValidation(ContinuationHeader, continuation);
        }

        return await http.SendAsync(request, cancellation);
    }

    private static async Task<bool> IsAlreadyThereAsync(HttpResponseMessage answer, CancellationToken cancellation) =>
        answer.StatusCode == HttpStatusCode.InternalServerError
        && (await answer.Content.ReadAsStringAsync(cancellation)).Contains("OrchestrationAlreadyExistsException", StringComparison.Ordinal);

    private static async Task CheckAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw await ErrorAsync(answer, what, cancellation);
        }
    }

    private static async Task<HttpRequestException> ErrorAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        var message = body;
        try
        {
            var error = JsonNode.Parse(body) as JsonObject;
            message = (string?)error?["ExceptionMessage"] ?? (string?)error?["Message"] ?? body;
        }
        catch (JsonException)
        {
            // Not the API's own error: shown as it is.
        }

        return new HttpRequestException($"The Functions host refused to {what}: {(int)answer.StatusCode} {message[..Math.Min(message.Length, 500)]}", null, answer.StatusCode);
    }

    private static DateTimeOffset ParseTime(JsonNode? node) =>
        DateTimeOffset.TryParse((string?)node, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var value) ? value : default;

    private static string Time(DateTimeOffset value) => Uri.EscapeDataString(value.UtcDateTime.ToString("O"));
}
