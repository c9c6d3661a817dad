namespace MlOps.Durable;

/// <summary>An activity whose types are known at run time only. Derive from <see cref="TaskActivity{TInput, TOutput}"/> instead.</summary>
public interface ITaskActivity
{
    /// <summary>Type of the input.</summary>
    Type InputType { get; }

    /// <summary>Type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity.</summary>
    /// <param name="context">The context of the invocation.</param>
    /// <param name="input">The input, of <see cref="InputType"/>.</param>
    /// <returns>The output, of <see cref="OutputType"/>.</returns>
    Task<object?> RunAsync(TaskActivityContext context, object? input);
}

/// <summary>
/// An activity: a piece of work with side effects. It runs at least once, so it must be idempotent; it may be killed at
/// any instruction.
/// </summary>
/// <typeparam name="TInput">Type of the input, small JSON; data goes by reference.</typeparam>
/// <typeparam name="TOutput">Type of the output, small JSON.</typeparam>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    Type ITaskActivity.InputType => typeof(TInput);

    Type ITaskActivity.OutputType => typeof(TOutput);

    /// <summary>The work.</summary>
    /// <param name="context">Names the invocation and says when to stop.</param>
    /// <param name="input">The input.</param>
    /// <exception cref="NonRetriableActivityException">Throw it, or one that has it as inner exception, where another attempt cannot help.</exception>
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);

    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input) =>
        await RunAsync(context, (TInput)input!);
}

/// <summary>What an activity knows of its invocation.</summary>
public abstract class TaskActivityContext
{
    /// <summary>Name under which the activity was called.</summary>
    public abstract TaskName Name { get; }

    /// <summary>Instance id of the orchestration that called.</summary>
    public abstract string InstanceId { get; }

    /// <summary>Cancelled when the activity's deadline passes or the process shuts down. An addition to the SDK's context.</summary>
    public virtual CancellationToken CancellationToken => CancellationToken.None;
}
