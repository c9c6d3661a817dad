namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Versions of the orchestrations' paths. A run keeps the version with which it was begun, in its input. Whoever changes which
/// activities, timers or events an orchestrator asks for, or in what order, raises <see cref="Current"/>, keeps the former path behind
/// a branch on the run's version, and records histories of the new one; replaying those of every former version must still succeed.
/// </summary>
public static class OrchestrationVersions
{
    /// <summary>The version that runs are begun with. Version 1 ran on an engine that is no more: none of its runs can be in flight.</summary>
    public const int Current = 2;

    /// <summary>The oldest version whose path is still here.</summary>
    public const int Oldest = 2;

    /// <summary>Refuses a run whose path this program does not have.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="version">Version with which it was begun; <see langword="null"/> for those of before versions were recorded, which is 1.</param>
    /// <exception cref="OrchestrationVersionException">The run was begun by a newer program, or by one that is too old.</exception>
    public static void Require(string runId, int? version)
    {
        var begun = version ?? 1;
        if (begun is < Oldest or > Current)
        {
            throw new OrchestrationVersionException(
                $"Run {runId} was begun by version {begun} of the orchestrations; this program continues versions {Oldest} to {Current}, and going on would take another path than it began. "
                + (begun > Current ? "Start the newer program again and it goes on; " : "Finish it with the former program; ")
                + "or let the sweep begin it anew here: finished steps are not repeated.");
        }
    }
}

/// <summary>A run cannot be continued by this program.</summary>
/// <param name="message">Which, why, and what to do.</param>
public sealed class OrchestrationVersionException(string message) : InvalidOperationException(message);
