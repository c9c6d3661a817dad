using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TaskActivity = DurableTask.Core.TaskActivity;

namespace MlOps.Engine;

/// <summary>
/// Runs the orchestrators and activities of the official registry on a task hub in this process. The engine is the Durable Task
/// Framework's for Azure Storage, the same on which Durable Functions runs; here are only the bridge and what a host would do:
/// concurrency, memory, a limit of starts and a graceful stop.
/// </summary>
internal sealed class TaskHubWorkerService : DurableTaskWorker
{
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WriteTime = TimeSpan.FromMilliseconds(200);

    private readonly DurableTaskShimFactory shims;
    private readonly IServiceProvider services;
    private readonly ILoggerFactory logs;
    private readonly AzureStorageOrchestrationService engine;
    private readonly TaskHubOptions options;
    private readonly ActivityDrain drain;
    private readonly ActivityGate gate;
    private readonly ActivityNotes notes;

    // The engine's factory of orchestrations is told a name only; the parent is in the state of the turn, which the middleware sees.
    private readonly AsyncLocal<ParentOrchestrationInstance?> parent = new();
    private TaskHubWorker? worker;
    private volatile bool isEnding;

    public TaskHubWorkerService(
        string? name, IDurableTaskFactory factory, IServiceProvider services, ILoggerFactory logs, IOptionsMonitor<DurableTaskWorkerOptions> settings,
        AzureStorageOrchestrationService engine, TaskHub hub, ActivityDrain drain)
        : base(name, factory)
    {
        shims = new DurableTaskShimFactory(settings.Get(name), logs);
        this.services = services;
        this.logs = logs;
        this.engine = engine;
        this.drain = drain;
        options = hub.Options;
        gate = new ActivityGate(options.MaxMemoryLoad, options.IsHindered);
        notes = new ActivityNotes(Path.Combine(options.Folder, "activities"), options.MaxActivityStarts);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        notes.Tidy(DateTime.UtcNow);
        await engine.CreateIfNotExistsAsync();
        worker = new TaskHubWorker(ShortPauses.Before(engine), new Orchestrations(this), new Activities(this), logs) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        worker.AddOrchestrationDispatcherMiddleware((context, next) =>
        {
            parent.Value = context.GetProperty<OrchestrationRuntimeState>()?.ParentInstance is { } p
                ? new ParentOrchestrationInstance(p.Name, p.OrchestrationInstance.InstanceId)
                : null;
            return next();
        });
        await worker.StartAsync();
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (worker is null)
        {
            return;
        }

        // Nothing new begins from now on. What ends in time has its result kept; the rest is asked to end and begun again later.
        isEnding = true;
        var drained = gate.CloseAsync();
        if (await Task.WhenAny(drained, Task.Delay(options.DrainTimeout, CancellationToken.None)) != drained)
        {
            drain.End();
            await Task.WhenAny(drained, Task.Delay(AbortTimeout, CancellationToken.None));
        }

        // A moment for the engine to write down what has ended.
        await Task.Delay(WriteTime, CancellationToken.None);
        await worker.StopAsync(isForced: true);
        worker.Dispose();
        worker = null;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    private async Task<string> RunActivityAsync(string name, TaskContext context, string input)
    {
        try
        {
            using var place = await gate.EnterAsync();
            using var note = notes.Enter(name, $"{context.OrchestrationInstance.InstanceId}\n{context.OrchestrationInstance.ExecutionId}", context.TaskId, input);
            if (note.HasResult)
            {
                return note.Result!;
            }

            var result = await RunInScopeAsync(name, context, input);
            note.Keep(result);
            return result;
        }
        catch (Exception e) when (isEnding && e is OperationCanceledException)
        {
            // Not a failure of the activity: its message goes back to the queue.
            throw new SessionAbortedException("The process ends.", e);
        }
    }

    private async Task<string> RunInScopeAsync(string name, TaskContext context, string input)
    {
        await using var scope = services.CreateAsyncScope();
        if (!Factory.TryCreateActivity(name, scope.ServiceProvider, out var activity))
        {
            throw new TypeMissingException($"This program has no activity '{name}'.");
        }

        try
        {
            return await shims.CreateActivity(name, activity).RunAsync(context, input);
        }
        finally
        {
            await DisposeAsync(activity);
        }
    }

    private static async ValueTask DisposeAsync(ITaskActivity activity)
    {
        if (activity is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
        else if (activity is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }

    private sealed class Orchestrations(TaskHubWorkerService of) : INameVersionObjectManager<TaskOrchestration>
    {
        public void Add(ObjectCreator<TaskOrchestration> creator) => throw new NotSupportedException();

        public TaskOrchestration? GetObject(string name, string? version) =>
            of.Factory.TryCreateOrchestrator(name, of.services, out var orchestrator) ? new Bridged(of, name, orchestrator) : null;
    }

    /// <summary>An orchestrator whose shim is made when its turn runs, since only then its parent is known.</summary>
    private sealed class Bridged(TaskHubWorkerService of, string name, ITaskOrchestrator orchestrator) : TaskOrchestration
    {
        private TaskOrchestration? shim;

        public override Task<string> Execute(OrchestrationContext context, string input) =>
            (shim = of.shims.CreateOrchestration(name, orchestrator, of.parent.Value)).Execute(context, input);

        public override void RaiseEvent(OrchestrationContext context, string eventName, string input) => shim?.RaiseEvent(context, eventName, input);

        public override string GetStatus() => shim?.GetStatus()!;
    }

    private sealed class Activities(TaskHubWorkerService of) : INameVersionObjectManager<TaskActivity>
    {
        public void Add(ObjectCreator<TaskActivity> creator) => throw new NotSupportedException();

        public TaskActivity? GetObject(string name, string? version) => new Computing(of, name);
    }

    /// <summary>An activity on a thread of its own up to its first wait: what computes must not starve the renewal of leases and messages of threads.</summary>
    private sealed class Computing(TaskHubWorkerService of, string name) : TaskActivity
    {
        public override string Run(TaskContext context, string input) => throw new NotSupportedException();

        public override Task<string> RunAsync(TaskContext context, string input) =>
            Task.Factory.StartNew(() => of.RunActivityAsync(name, context, input), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }
}
