using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>A fault of the data: nothing is promoted on its account, and the period is not learned from.</summary>
/// <param name="Kind"><c>unit-change</c>, <c>stuck-column</c> or <c>empty-column</c>.</param>
/// <param name="Column">Name of the column.</param>
/// <param name="Message">What was seen, in a sentence.</param>
/// <param name="Said">The same as a code with arguments.</param>
public sealed record DataIncident(string Kind, string Column, string Message, Sentence? Said = null)
{
    /// <summary>An incident that a sentence words; its code is the kind.</summary>
    internal static DataIncident Of(string column, Sentence said) => new(said.Code, column, said.ToString(), said);
}
