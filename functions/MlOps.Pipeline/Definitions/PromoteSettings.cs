
namespace MlOps.Pipeline.Definitions;

/// <summary>When a newly trained model becomes the champion, the model that predicts.</summary>
public enum PromoteRule
{
    /// <summary>Whenever it beats the trivial baseline.</summary>
    Always,

    /// <summary>When it also beats the champion on the same test rows, with margin and confidence.</summary>
    Better,

    /// <summary>Only by hand; the first model is promoted by itself.</summary>
    Manual,

    /// <summary>
    /// Unless a champion of before has done better than the new models in every period measured since it was trained; until a period is measured as <see cref="Better"/>.
    /// </summary>
    Measured,
}

/// <summary>The gate between a trained model and production.</summary>
/// <param name="Rule">The rule; default <see cref="PromoteRule.Measured"/>.</param>
/// <param name="Metric"><c>auc</c>, <c>binary_logloss</c>, <c>multi_logloss</c>, <c>l2</c> or <c>l1</c>; <see langword="null"/> for the task's loss.</param>
/// <param name="Margin">Improvement of the metric that counts, 0 or more.</param>
/// <param name="Confidence">Share of the resamples that must show that improvement.</param>
/// <param name="Resamples">Bootstrap resamples.</param>
/// <param name="Seed">Seed of the resamples.</param>
/// <param name="Guards">What can veto a promotion that the rule allows; <see langword="null"/> for nothing.</param>
/// <param name="ManualApproval">Whether a person must approve a promotion that rule and guards allow; the first model needs none.</param>
/// <param name="ApprovalTimeout">How long the run waits for that person; then the champion stays.</param>
/// <param name="WholeHistory">Whether all test rows are the evidence, not only those of periods that the champion has not learned from; it is so anyway where the definition has changed since.</param>
/// <param name="RecordHalfLife">Decisions after which one counts half in the record of earlier challengers; 0 for no record.</param>
/// <param name="RecordConfidence">Share of the record's resamples from which on harm keeps the champion.</param>
public sealed record PromoteSettings(
    PromoteRule Rule = PromoteRule.Measured, string? Metric = null, double Margin = 0, double Confidence = 0.6, int Resamples = 1000, int Seed = 42,
    GuardSettings? Guards = null, bool ManualApproval = false, TimeSpan? ApprovalTimeout = null,
    bool WholeHistory = false, double RecordHalfLife = 1, double RecordConfidence = 0.6)
{
    private static readonly string[] Proofs = ["confidence", "resamples", "evidence", "record_half_life", "record_confidence"];

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromDays(3);

    /// <summary>The metric, by default the loss of the task.</summary>
    /// <param name="task">Task.</param>
    public string MetricOf(TaskKind task) => Metric ?? task switch
    {
        TaskKind.Binary => "binary_logloss",
        TaskKind.Regression => "l2",
        _ => "multi_logloss",
    };

    internal static PromoteSettings Read(YamlMap map, TaskKind task)
    {
        var rules = new[] { ("always", PromoteRule.Always), ("better", PromoteRule.Better), ("manual", PromoteRule.Manual), ("measured", PromoteRule.Measured) };
        if (map.Node("promote") is YamlDotNet.RepresentationModel.YamlScalarNode)
        {
            return new PromoteSettings(map.Choice("promote", PromoteRule.Measured, rules));
        }

        var defaults = new PromoteSettings();
        var inner = map.Map("promote");
        if (inner is null)
        {
            return new PromoteSettings();
        }

        var allowed = task switch
        {
            TaskKind.Binary => new[] { "binary_logloss", "auc" },
            TaskKind.Regression => ["l2", "l1"],
            _ => ["multi_logloss"],
        };
        var settings = new PromoteSettings(
            // Whoever says how much proof the test rows must give asks for that proof.
            inner.Choice("rule", Proofs.Any(key => inner.Node(key) is not null) ? PromoteRule.Better : defaults.Rule, rules),
            inner.Choice<string?>("metric", null, [.. allowed.Select(a => (a, (string?)a))]),
            inner.Number("margin", defaults.Margin, 0, double.MaxValue),
            inner.Number("confidence", defaults.Confidence, 0, 1),
            inner.Integer("resamples", defaults.Resamples, 10, 100_000),
            inner.Integer("seed", defaults.Seed, 0, int.MaxValue),
            GuardSettings.Read(inner),
            inner.Choice("approval", false, ("none", false), ("manual", true)),
            inner.Duration("timeout", DefaultTimeout),
            inner.Choice("evidence", defaults.WholeHistory, ("new", false), ("all", true)),
            inner.Number("record_half_life", defaults.RecordHalfLife, 0, 1000),
            inner.Number("record_confidence", defaults.RecordConfidence, 0, 1, open: true));
        inner.Finish();
        return settings;
    }
}
