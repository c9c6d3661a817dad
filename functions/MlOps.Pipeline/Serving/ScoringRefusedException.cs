using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Serving;

/// <summary>Rows of a request do not fit the model. No row of it is answered.</summary>
/// <param name="count">Number of errors, also those that are not listed.</param>
/// <param name="findings">The first errors; <see cref="Finding.Line"/> is the row, from 1, of rows that came as JSON, and the line of a CSV.</param>
public sealed class ScoringRefusedException(long count, IReadOnlyList<Finding> findings)
    : Exception(findings.Count == 0 ? "There are no rows." : findings[0].Message)
{
    /// <summary>Errors that are listed at most.</summary>
    public const int Shown = 20;

    /// <summary>Number of errors, also those that are not listed.</summary>
    public long Count { get; } = count;

    /// <summary>The first errors.</summary>
    public IReadOnlyList<Finding> Findings { get; } = findings;
}
