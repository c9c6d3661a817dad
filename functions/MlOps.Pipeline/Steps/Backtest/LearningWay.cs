using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>A way of learning from what came before a period.</summary>
/// <param name="Validation">Random rows or the latest ones stop the learning.</param>
/// <param name="History">How much is learned from.</param>
internal sealed record LearningWay(ValidationKind Validation, HistorySettings History)
{
    // What people take: a year, half a year, a quarter of months, and a weight that halves in seven.
    private static readonly HistorySettings[] Others = [new(Decay: 0.9), new(Last: 12), new(Last: 6), new(Last: 3)];

    /// <summary>The ways that a definition leaves open, the plain one first; that is measured in any case.</summary>
    /// <param name="definition">The definition.</param>
    public static IReadOnlyList<LearningWay> Of(PipelineDefinition definition)
    {
        var rows = definition.Validation.Kind == ValidationKind.Time ? ValidationKind.Time : ValidationKind.Holdout;
        var history = definition.History.Auto ? HistorySettings.All : definition.History;
        // Groups are kept together, which the latest rows would tear apart.
        var byTime = definition.Validation.Kind == ValidationKind.Auto && definition.Split.Group is null;
        return
        [
            new LearningWay(rows, history),
            .. byTime ? [new LearningWay(ValidationKind.Time, history)] : Array.Empty<LearningWay>(),
            .. definition.History.Auto ? Others.Select(other => new LearningWay(rows, other)) : [],
        ];
    }
}
