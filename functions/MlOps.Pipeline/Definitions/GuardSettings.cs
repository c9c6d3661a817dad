
namespace MlOps.Pipeline.Definitions;

/// <summary>What can veto a promotion, however good the new model is by the metric. Each is measured on the test rows; <see langword="null"/> for no such guard.</summary>
/// <param name="Fairness">Largest difference between groups, of the shares predicted positive and of the positives found, that a new model may have; 0 to 1.</param>
/// <param name="FairnessWorsening">By how much those differences may exceed the champion's.</param>
/// <param name="Calibration">By how much the expected calibration error may exceed the champion's.</param>
/// <param name="Brier">By how much the Brier score may exceed the champion's.</param>
/// <param name="Latency">Most milliseconds that a row may take to be scored, in one batch on one thread.</param>
public sealed record GuardSettings(
    double? Fairness = null, double? FairnessWorsening = null, double? Calibration = null, double? Brier = null, double? Latency = null)
{
    internal bool NeedsBinary => (Fairness ?? FairnessWorsening ?? Calibration ?? Brier) is not null;

    internal static GuardSettings? Read(YamlMap promote)
    {
        if (promote.Map("guards") is not { } inner)
        {
            return null;
        }

        double? Limit(string key, double max) => inner.Has(key) ? inner.Number(key, 0, 0, max) : null;
        var settings = new GuardSettings(
            Limit("fairness", 1), Limit("fairness_worsening", 1), Limit("calibration", 1), Limit("brier", 1), Limit("latency", 1e6));
        inner.Finish();
        return settings;
    }
}
