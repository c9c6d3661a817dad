using System.Reflection;
using DurableTask.Core;
using DurableTask.Core.Entities;

namespace MlOps.Engine;

/// <summary>
/// The engine, which after a failure of storage goes on in a second. By itself it takes ten seconds before each of the next five turns, as long
/// as a message stays hidden: what it holds meanwhile is taken again under another receipt, its turn fails for that, and so on without end.
/// </summary>
internal class ShortPauses : DispatchProxy
{
    private const int Seconds = 1;
    private IOrchestrationService engine = null!;

    /// <summary>Everything that a worker asks of the engine.</summary>
    public interface IEngine : IOrchestrationService, IEntityOrchestrationService;

    /// <summary>Puts itself before an engine.</summary>
    /// <param name="engine">The engine.</param>
    public static IEngine Before(IOrchestrationService engine)
    {
        var proxy = Create<IEngine, ShortPauses>();
        ((ShortPauses)proxy).engine = engine;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name is nameof(IOrchestrationService.GetDelayInSecondsAfterOnFetchException) or nameof(IOrchestrationService.GetDelayInSecondsAfterOnProcessException)
            ? Seconds
            : targetMethod.Invoke(engine, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
