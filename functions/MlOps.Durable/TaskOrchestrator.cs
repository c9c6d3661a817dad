namespace MlOps.Durable;

/// <summary>An orchestrator whose types are known at run time only. Derive from <see cref="TaskOrchestrator{TInput, TOutput}"/> instead.</summary>
public interface ITaskOrchestrator
{
    /// <summary>Type of the input.</summary>
    Type InputType { get; }

    /// <summary>Type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs the orchestrator.</summary>
    /// <param name="context">The context of the execution.</param>
    /// <param name="input">The input, of <see cref="InputType"/>.</param>
    /// <returns>The output, of <see cref="OutputType"/>.</returns>
    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}

/// <summary>
/// An orchestrator: a deterministic function of its history. It is run from its beginning in every turn, so it must
/// await nothing but the tasks of its context, read no clock, random number or setting, and do no I/O.
/// </summary>
/// <typeparam name="TInput">Type of the input, JSON.</typeparam>
/// <typeparam name="TOutput">Type of the output, JSON.</typeparam>
public abstract class TaskOrchestrator<TInput, TOutput> : ITaskOrchestrator
{
    Type ITaskOrchestrator.InputType => typeof(TInput);

    Type ITaskOrchestrator.OutputType => typeof(TOutput);

    /// <summary>The orchestration.</summary>
    /// <param name="context">Schedules activities, timers and sub-orchestrations, and waits for events.</param>
    /// <param name="input">What the instance was started with.</param>
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);

    async Task<object?> ITaskOrchestrator.RunAsync(TaskOrchestrationContext context, object? input) =>
        await RunAsync(context, (TInput)input!);
}
