using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>
/// What a category that training never saw is to the model that predicts. The transform alone does not tell: a single tree leaves no category out in
/// turn, and a model of fewer rounds than categories only some.
/// </summary>
internal static class UnseenOutcome
{
    private const string Turns = "unseen-turns";

    /// <summary>The findings of a transform, with that said of the model.</summary>
    /// <param name="findings">Findings about the rows to be predicted.</param>
    /// <param name="parameters">Parameters of the model.</param>
    /// <param name="rounds">Rounds of trees that it has.</param>
    public static IReadOnlyList<Finding> Of(IReadOnlyList<Finding> findings, IReadOnlyDictionary<string, string> parameters, int rounds)
    {
        // Learners of ML.NET leave no category out in turn.
        var turns = !parameters.ContainsKey(ModelFiles.Learner) && LearnerParameters.Parse(parameters, 1).NumIterations > 1;
        return [.. findings.Select(f => f.Said is { Code: "unseen-category", Parts: { } parts } said && parts.GetValueOrDefault("outcome") is { Code: Turns } outcome
            ? Told(f, said with { Parts = new SortedDictionary<string, Sentence>(parts.ToDictionary(), StringComparer.Ordinal) { ["outcome"] = Outcome(outcome, turns, rounds) } })
            : f)];
    }

    private static Sentence Outcome(Sentence outcome, bool turns, int rounds) =>
        !turns ? Sentence.Of("unseen-zero")
        : outcome.Arguments.TryGetValue("count", out var count) && int.Parse(count, CultureInfo.InvariantCulture) > rounds
            ? Sentence.Of("unseen-turns-few", ("count", count), ("rounds", rounds))
        : outcome;

    private static Finding Told(Finding finding, Sentence said) => finding with { Said = said, Message = said.ToString() };
}
