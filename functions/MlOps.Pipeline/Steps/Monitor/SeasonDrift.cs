using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>
/// A column of a period beside the same month of an earlier year: the year that decided, which is the one that comes nearest.
/// </summary>
/// <param name="Year">The year.</param>
/// <param name="Missing">Whether the shares of missing values were asked for, and not the values.</param>
/// <param name="IsAway">Whether the period is away from that month too: significantly, and by more than the definition lets pass. Only then has the column drifted.</param>
/// <param name="Rows">Values in that month that are not missing.</param>
/// <param name="PValue">P value, adjusted for the number of tests beside that year's month.</param>
/// <param name="Psi">Population stability index over the bins.</param>
/// <param name="JensenShannon">Jensen-Shannon distance (base 2, 0 to 1) over the bins.</param>
/// <param name="MissingShare">Share of missing values in that month.</param>
/// <param name="Bins">Rows by bin: those of that month, and of the period.</param>
public sealed record SeasonDrift(
    int Year, bool Missing, bool IsAway, long Rows, double? PValue,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Psi,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? JensenShannon,
    double MissingShare,
    IReadOnlyList<DriftBin> Bins);

/// <summary>A column of a period compared with the same month of one earlier year.</summary>
/// <param name="Year">The year.</param>
/// <param name="Drift">The comparison, not judged.</param>
internal sealed record EarlierComparison(int Year, ColumnDrift Drift);
