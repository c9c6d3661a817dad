using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>
/// What looks like another unit but comes back every year: cold months are a tenth of warm ones in many a column. It is a season where the same month of an earlier
/// year is alike and a file between the two was sound; a unit that has changed for good is alike in between too.
/// </summary>
internal static class SeasonalUnit
{
    /// <summary>The earlier periods that can tell: those of the same month in an earlier year, with a sound one between.</summary>
    /// <param name="period">The period.</param>
    /// <param name="periods">All earlier ones.</param>
    /// <param name="sound">Those of them that were learned from.</param>
    public static IEnumerable<string> Witnesses(string period, IEnumerable<string> periods, IReadOnlyCollection<string> sound) =>
        Period.Parse(period).Date is not { } day ? [] : periods.Where(p => Period.Parse(p).Date is { } other && other.Month == day.Month && other.Year < day.Year
            && sound.Any(s => Period.Parse(s).Date is { } between && between > other && between < day));

    /// <summary>Whether an incident is a season.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="current">Its column in the period.</param>
    /// <param name="then">The column in the same month of an earlier year.</param>
    public static bool Explains(DataIncident incident, ColumnSample current, ColumnSample then) =>
        incident.Kind == "unit-change" && then.Rows >= ColumnSample.FewestValues && IncidentSearch.Find([then], [current]).Count == 0;
}
