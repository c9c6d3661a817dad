
namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>A fault of the data: nothing is promoted on its account, and the period is not learned from.</summary>
/// <param name="Kind"><c>unit-change</c>, <c>stuck-column</c> or <c>empty-column</c>.</param>
/// <param name="Column">Name of the column.</param>
/// <param name="Message">What was seen, in a sentence.</param>
public sealed record DataIncident(string Kind, string Column, string Message);
