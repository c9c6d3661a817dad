using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>States of runs in words.</summary>
public static class RunStates
{
    /// <summary>What people call the state.</summary>
    /// <param name="state">The state.</param>
    public static Sentence Said(this RunState state) => Sentence.Of(state switch
    {
        RunState.Succeeded => "state-succeeded",
        RunState.Rejected => "state-rejected",
        RunState.Failed => "state-failed",
        RunState.Superseded => "state-superseded",
        RunState.Duplicate => "state-duplicate",
        RunState.Unchanged => "state-unchanged",
        RunState.Cancelled => "state-cancelled",
        _ => "state-active",
    });
}
