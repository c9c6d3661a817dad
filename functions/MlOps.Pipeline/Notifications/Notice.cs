using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// What people and systems are told when a run has ended: one notice a run, under the run's id, and one more where it raises alerts, whatever is delivered how often.
/// </summary>
public sealed record Notice
{
    /// <summary>Id of the run, and of the notice.</summary>
    public required string RunId { get; init; }

    /// <summary>What else than the run's end the notice is about, such as <c>alert</c>; <see langword="null"/> for the end.</summary>
    public string? About { get; init; }

    /// <summary>What somebody must look at, the largest effect on the model first.</summary>
    public IReadOnlyList<MonitorAlert> Alerts { get; init; } = [];

    /// <summary>Pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary><c>initial</c> or <c>yyyyMMdd</c>; the file's name where it is neither.</summary>
    public required string Period { get; init; }

    /// <summary>Name of the file in the input container.</summary>
    public required string File { get; init; }

    /// <summary>How the run ended.</summary>
    public required RunState State { get; init; }

    /// <summary>What happened, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The same as a code with arguments; <see langword="null"/> where there is none.</summary>
    public Sentence? Said { get; init; }

    /// <summary>The step that failed, where one did.</summary>
    public string? Step { get; init; }

    /// <summary>Why it failed, in a sentence, where it did.</summary>
    public string? Cause { get; init; }

    /// <summary>The same as a code with arguments; <see langword="null"/> where there is none.</summary>
    public Sentence? CauseSaid { get; init; }

    /// <summary>Number of errors in a refused file.</summary>
    public long ErrorCount { get; init; }

    /// <summary>The first errors of a refused file.</summary>
    public IReadOnlyList<Finding> Errors { get; init; } = [];

    /// <summary>Where a refused file is kept, in the rejected container.</summary>
    public string? RejectedFile { get; init; }

    /// <summary>Files that were published, in the output container.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Metrics by part and name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>The command that shows more or goes on from here.</summary>
    public string? Command { get; init; }

    /// <summary>W3C trace context of the run.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When the run ended.</summary>
    public DateTimeOffset Time { get; init; }
}
