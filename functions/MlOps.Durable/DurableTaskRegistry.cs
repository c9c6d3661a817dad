using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Durable;

/// <summary>The orchestrators and activities of an application, by name. Names match without regard to letter case.</summary>
public sealed class DurableTaskRegistry
{
    private readonly Dictionary<string, Func<IServiceProvider, ITaskOrchestrator>> orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<IServiceProvider, ITaskActivity>> activities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of the orchestrators, sorted.</summary>
    public IReadOnlyList<string> Orchestrators => orchestrators.Keys.Order(StringComparer.Ordinal).ToArray();

    /// <summary>Names of the activities, sorted.</summary>
    public IReadOnlyList<string> Activities => activities.Keys.Order(StringComparer.Ordinal).ToArray();

    /// <summary>Registers an orchestrator under the name of its type or of its <see cref="DurableTaskAttribute"/>.</summary>
    /// <typeparam name="TOrchestrator">The type; built with the services of the application.</typeparam>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator<TOrchestrator>(DurableTaskAttribute.NameOf(typeof(TOrchestrator)));

    /// <summary>Registers an orchestrator.</summary>
    /// <typeparam name="TOrchestrator">The type; built with the services of the application.</typeparam>
    /// <param name="name">Its name.</param>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(name, services => ActivatorUtilities.CreateInstance<TOrchestrator>(services));

    /// <summary>Registers an orchestrator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="factory">Builds it.</param>
    /// <exception cref="ArgumentException">The name is taken or not allowed.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<IServiceProvider, ITaskOrchestrator> factory)
    {
        if (name.Name.StartsWith('@'))
        {
            throw new ArgumentException($"The orchestrator name '{name}' starts with '@', which is reserved.", nameof(name));
        }

        Add(orchestrators, "orchestrator", name, factory);
        return this;
    }

    /// <summary>Registers a function as orchestrator.</summary>
    /// <typeparam name="TInput">Type of its input.</typeparam>
    /// <typeparam name="TOutput">Type of its output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">The function.</param>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        AddOrchestrator(name, _ => new FuncOrchestrator<TInput, TOutput>(orchestrator));

    /// <summary>Registers an activity under the name of its type or of its <see cref="DurableTaskAttribute"/>.</summary>
    /// <typeparam name="TActivity">The type; built with the services of the application.</typeparam>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity => AddActivity<TActivity>(DurableTaskAttribute.NameOf(typeof(TActivity)));

    /// <summary>Registers an activity.</summary>
    /// <typeparam name="TActivity">The type; built with the services of the application.</typeparam>
    /// <param name="name">Its name.</param>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity => AddActivity(name, services => ActivatorUtilities.CreateInstance<TActivity>(services));

    /// <summary>Registers an activity.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="factory">Builds it for each invocation.</param>
    /// <exception cref="ArgumentException">The name is taken or not allowed.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory)
    {
        Add(activities, "activity", name, factory);
        return this;
    }

    /// <summary>Registers a function as activity.</summary>
    /// <typeparam name="TInput">Type of its input.</typeparam>
    /// <typeparam name="TOutput">Type of its output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">The function.</param>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
        AddActivity(name, _ => new FuncActivity<TInput, TOutput>(activity));

    internal ITaskOrchestrator? CreateOrchestrator(string name, IServiceProvider services) =>
        orchestrators.TryGetValue(name, out var factory) ? factory(services) : null;

    internal ITaskActivity? CreateActivity(string name, IServiceProvider services) =>
        activities.TryGetValue(name, out var factory) ? factory(services) : null;

    private static void Add<T>(Dictionary<string, T> entries, string kind, TaskName name, T factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (string.IsNullOrWhiteSpace(name.Name))
        {
            throw new ArgumentException($"The name of the {kind} is empty.", nameof(name));
        }

        if (!entries.TryAdd(name, factory))
        {
            throw new ArgumentException($"The {kind} '{name}' is registered twice (letter case does not count).", nameof(name));
        }
    }

    private sealed class FuncOrchestrator<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> run) : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input) => run(context, input);
    }

    private sealed class FuncActivity<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> run) : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) => run(context, input);
    }
}

/// <summary>Gives an orchestrator or activity a name other than its type's.</summary>
/// <param name="name">The name; <see langword="null"/>: the type's.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The name.</summary>
    public TaskName Name { get; } = name is null ? default : new TaskName(name);

    internal static string NameOf(Type type)
    {
        var attribute = (DurableTaskAttribute?)GetCustomAttribute(type, typeof(DurableTaskAttribute));
        return string.IsNullOrEmpty(attribute?.Name.Name) ? type.Name : attribute.Name.Name;
    }
}
