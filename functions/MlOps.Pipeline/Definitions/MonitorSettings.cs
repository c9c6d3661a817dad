namespace MlOps.Pipeline.Definitions;

/// <summary>
/// What is watched in every period. A column has drifted where a test says so at the level (shared by all tests of the period) and the
/// distance is at least one of the limits: a test alone calls any difference significant once there are rows enough.
/// </summary>
/// <param name="Level">Chance of any false alarm in a period, above 0 and below 1.</param>
/// <param name="Psi">Limit of the population stability index.</param>
/// <param name="JensenShannon">Limit of the Jensen-Shannon distance, base 2.</param>
/// <param name="Missing">Limit of the difference of the shares of missing values.</param>
/// <param name="Hold">Whether a data incident keeps new models from promotion and its period out of the training data.</param>
/// <param name="Groups">Columns whose groups are to be treated alike.</param>
/// <param name="FairnessLimit">Largest difference between groups of the share predicted positive, or of the positives found, that raises no alert.</param>
public sealed record MonitorSettings(
    double Level = 0.01, double Psi = 0.1, double JensenShannon = 0.1, double Missing = 0.05, bool Hold = true,
    IReadOnlyList<string>? Groups = null, double FairnessLimit = 0.2)
{
    internal static MonitorSettings Read(YamlMap map)
    {
        var defaults = new MonitorSettings();
        var inner = map.Map("monitor");
        if (inner is null)
        {
            return defaults;
        }

        var settings = new MonitorSettings(
            inner.Number("level", defaults.Level, 0, 1, open: true),
            inner.Number("psi", defaults.Psi, 0, 100),
            inner.Number("jensen_shannon", defaults.JensenShannon, 0, 1),
            inner.Number("missing", defaults.Missing, 0, 1),
            inner.Choice("incidents", defaults.Hold, ("hold", true), ("tell", false)),
            inner.Texts("groups"),
            inner.Number("fairness", defaults.FairnessLimit, 0, 1));
        inner.Finish();
        return settings;
    }
}
