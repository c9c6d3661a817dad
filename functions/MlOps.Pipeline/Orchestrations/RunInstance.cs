namespace MlOps.Pipeline.Orchestrations;

/// <summary>By which names the engine knows the instance of a run: part of every recorded history, so none of them may change.</summary>
internal static class RunInstance
{
    /// <summary>The orchestrator.</summary>
    public const string Orchestrator = "ProcessDrop";

    /// <summary>The event that ends a wait early; its payload is the period that has ended.</summary>
    public const string WakeEvent = "wake";

    /// <summary>The event that brings a person's answer; its payload is the state that was wanted; what counts stands in the registry.</summary>
    public const string ApprovalEvent = "approval";
}
