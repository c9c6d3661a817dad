using System.Diagnostics;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Functions;

/// <summary>Settings of the Functions driver.</summary>
public sealed record FunctionsHandlerOptions
{
    /// <summary>
    /// After this time an activity counts as failed. It must lie below the host's functionTimeout, because the host's own
    /// time-out kills this process with all that is in flight.
    /// </summary>
    public TimeSpan ActivityDeadline { get; init; } = TimeSpan.FromMinutes(55);

    /// <summary>Activities that run at once in this process, whatever the host sends.</summary>
    public int MaxConcurrentActivities { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Where large payloads go; <see langword="null"/>: they stay in the history.</summary>
    public IPayloadStore? Payloads { get; init; }

    /// <summary>Payloads of more characters than this go to <see cref="Payloads"/>. The Azure Storage backend moves messages of about 45 KB by itself.</summary>
    public int PayloadThreshold { get; init; } = 32 * 1024;

    /// <summary>How long a turn waits for a payload that cannot be read, before it lets the instance fail.</summary>
    public TimeSpan PayloadPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>
/// The application as an Azure Functions custom handler, without the HTTP server around it: a function's name and the
/// body of the host's request in, the body of the answer out. Keeps nothing between invocations that a repeat would miss.
/// </summary>
public sealed class FunctionsHandler : IDisposable
{
    private readonly DurableTaskRegistry registry;
    private readonly IServiceProvider services;
    private readonly FunctionsHandlerOptions options;
    private readonly ILogger logger;
    private readonly OrchestrationExecutor executor;
    private readonly PayloadOffload payloads;
    private readonly SemaphoreSlim places;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, Func<Invocation, CancellationToken, Task<InvocationAnswer>>> functions = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<FunctionDefinition> definitions = [];

    /// <summary>Creates the handler with a function for each orchestrator and activity.</summary>
    /// <param name="registry">The orchestrators and activities.</param>
    /// <param name="services">Builds them.</param>
    /// <param name="client">Told where the host's HTTP API is, by every invocation that says so.</param>
    /// <param name="options">Settings.</param>
    /// <param name="loggerFactory">Loggers.</param>
    /// <exception cref="ArgumentException">Two functions have one name, or a name is none for the host.</exception>
    public FunctionsHandler(DurableTaskRegistry registry, IServiceProvider services, FunctionsDurableTaskClient client, FunctionsHandlerOptions options, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        this.registry = registry;
        this.services = services;
        this.options = options;
        Client = client;
        logger = loggerFactory.CreateLogger("MlOps.Durable.Functions");
        executor = new OrchestrationExecutor(registry, services, loggerFactory);
        payloads = new PayloadOffload(options.Payloads, options.PayloadThreshold);
        places = new SemaphoreSlim(options.MaxConcurrentActivities);
        foreach (var name in registry.Orchestrators)
        {
            Add(FunctionDefinition.Orchestrator(name), RunTurnAsync);
        }

        foreach (var name in registry.Activities)
        {
            Add(FunctionDefinition.Activity(name), (invocation, cancellation) => RunActivityAsync(name, invocation, cancellation));
        }
    }

    /// <summary>The durable client; usable once an invocation has told it where the host is.</summary>
    public FunctionsDurableTaskClient Client { get; }

    /// <summary>All functions, in the order in which they were added.</summary>
    public IReadOnlyList<FunctionDefinition> Functions => definitions;

    /// <summary>Adds a function of another trigger. An exception of its makes the invocation fail, which Event Grid answers by delivering again.</summary>
    /// <param name="definition">The function.</param>
    /// <param name="run">What it does.</param>
    /// <exception cref="ArgumentException">There is a function of that name.</exception>
    public FunctionsHandler AddFunction(FunctionDefinition definition, Func<Invocation, CancellationToken, Task> run)
    {
        Add(definition, async (invocation, cancellation) =>
        {
            await run(invocation, cancellation);
            return InvocationAnswer.Success(null, invocation.Logs);
        });
        return this;
    }

    /// <summary>Adds a function of an HTTP trigger that is not forwarded.</summary>
    /// <param name="definition">The function, of <see cref="FunctionDefinition.InvokedHttp"/>.</param>
    /// <param name="run">Answers a request.</param>
    /// <exception cref="ArgumentException">There is a function of that name.</exception>
    public FunctionsHandler AddHttp(FunctionDefinition definition, Func<HttpInvocation, CancellationToken, Task<HttpInvocationAnswer>> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Add(definition, async (invocation, cancellation) => InvocationAnswer.Http(await run(invocation.HttpRequest(), cancellation), invocation.Logs));
        return this;
    }

    /// <summary>Adds a function that the host forwards as it is, so that it never comes through <see cref="InvokeAsync"/>.</summary>
    /// <param name="definition">The function.</param>
    public FunctionsHandler AddForwarded(FunctionDefinition definition)
    {
        Add(definition, (_, _) => Task.FromResult(InvocationAnswer.Failure(["This function is forwarded; it takes no invocations."])));
        return this;
    }

    /// <summary>Carries out one invocation. Never throws for what the invocation does.</summary>
    /// <param name="functionName">The function.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="cancellation">The connection is gone. Activities go on, because the host may have recorded their start.</param>
    /// <returns>The answer; <see langword="null"/> where there is no such function.</returns>
    public async Task<InvocationAnswer?> InvokeAsync(string functionName, Stream body, CancellationToken cancellation = default)
    {
        if (!functions.TryGetValue(functionName, out var function))
        {
            return null;
        }

        try
        {
            var invocation = await Invocation.ReadAsync(body, cancellation);
            if (invocation.Client is { } binding)
            {
                Client.Bind(binding);
            }

            return await function(invocation, stopping.Token);
        }
        catch (Exception e)
        {
            logger.LogError(e, "Function {Function} failed: {Reason}", functionName, e.Message);
            return InvocationAnswer.Failure([$"{functionName} failed: {e.GetType().FullName}: {e.Message}"]);
        }
    }

    /// <summary>Asks running activities to stop; they answer with a failure that may be retried.</summary>
    public void Stop() => stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Dispose();
        places.Dispose();
    }

    private void Add(FunctionDefinition definition, Func<Invocation, CancellationToken, Task<InvocationAnswer>> run)
    {
        if (!functions.TryAdd(definition.Name, run))
        {
            throw new ArgumentException($"Two functions are called '{definition.Name}' (letter case does not count). Orchestrators, activities and triggers share one set of names in the Functions host.", nameof(definition));
        }

        definitions.Add(definition);
    }

    // A turn that fails on the HTTP level ends its instance for good, so whatever happens is answered as a turn.
    private async Task<InvocationAnswer> RunTurnAsync(Invocation invocation, CancellationToken cancellation)
    {
        OrchestratorResponse response;
        try
        {
            var request = OrchestratorRequest.Parser.ParseFrom(invocation.OrchestratorRequest());
            try
            {
                await LoadPatientlyAsync(request, cancellation);
                response = executor.Execute(request);
                await payloads.StoreAsync(response, cancellation);
            }
            catch (Exception e)
            {
                logger.LogError(e, "A turn of instance {InstanceId} broke: {Reason}", request.InstanceId, e.Message);
                response = Failed(request.InstanceId, e);
            }
        }
        catch (Exception e) when (e is FormatException or InvalidProtocolBufferException or System.Text.Json.JsonException or InvalidOperationException)
        {
            logger.LogError(e, "A turn could not be read: {Reason}", e.Message);
            response = Failed("unreadable", e);
        }

        return InvocationAnswer.Success(Convert.ToBase64String(response.ToByteArray()), invocation.Logs);
    }

    private async Task LoadPatientlyAsync(OrchestratorRequest request, CancellationToken cancellation)
    {
        var start = options.TimeProvider.GetTimestamp();
        for (var delay = TimeSpan.FromMilliseconds(200); ; delay *= 2)
        {
            try
            {
                await payloads.LoadAsync(request, cancellation);
                return;
            }
            catch (Exception e) when (e is not InvalidDataException && options.TimeProvider.GetElapsedTime(start) < options.PayloadPatience)
            {
                logger.LogWarning("A payload of instance {InstanceId} could not be read ({Reason}); trying again.", request.InstanceId, e.Message.Split('\n')[0]);
                await Task.Delay(delay, options.TimeProvider, cancellation);
            }
        }
    }

    private static OrchestratorResponse Failed(string instanceId, Exception e)
    {
        var details = TaskFailureDetails.FromException(e);
        var response = new OrchestratorResponse { InstanceId = instanceId };
        response.Actions.Add(new OrchestratorAction
        {
            // Above every id that the history can hold.
            Id = int.MaxValue,
            CompleteOrchestration = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Failed, Result = details.ErrorMessage, FailureDetails = Failures.ToProtocol(details) },
        });
        return response;
    }

    // The host drops the details of a failed invocation, so an activity always answers 200, with an envelope.
    private async Task<InvocationAnswer> RunActivityAsync(string name, Invocation invocation, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var input = await payloads.LoadAsync(invocation.ActivityInput(), stop);
            var result = await RunWithinDeadlineAsync(name, invocation.InstanceId, input, stop);
            invocation.Logs.Add($"{name} took {watch.ElapsedMilliseconds} ms");
            return InvocationAnswer.Success(await payloads.StoreAsync(ActivityResult.Success(result), stop), invocation.Logs);
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "Activity {Activity} of instance {InstanceId} failed: {Reason}", name, invocation.InstanceId, e.Message);
            invocation.Logs.Add($"{name} failed after {watch.ElapsedMilliseconds} ms: {e.GetType().FullName}: {e.Message}");
            return InvocationAnswer.Success(ActivityResult.Failure(TaskFailureDetails.FromException(e)), invocation.Logs);
        }
    }

    private async Task<string?> RunWithinDeadlineAsync(string name, string instanceId, string? input, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(options.ActivityDeadline, options.TimeProvider);
        using var token = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            await places.WaitAsync(token.Token);
            var work = Task.Factory.StartNew(
                () => ActivityInvocation.RunAsync(registry, services, name, instanceId, input, token.Token),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap();
            _ = work.ContinueWith(_ => places.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

            // An activity that does not heed its token must not drag the process into the host's time-out.
            return await work.WaitAsync(token.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"Activity '{name}' did not end within its deadline of {options.ActivityDeadline}.", e);
        }
        catch (OperationCanceledException e) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException($"Activity '{name}' was interrupted because the process stops.", e);
        }
    }
}
