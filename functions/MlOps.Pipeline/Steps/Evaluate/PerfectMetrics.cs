using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Test metrics that are too good: data hardly ever tell the label without an error, columns that were made from it do.</summary>
internal static class PerfectMetrics
{
    /// <summary>Code of the finding.</summary>
    public const string Code = "perfect-test";

    // From here on a metric of three decimals reads as perfect.
    private const double Perfect = 0.9995;

    // Matthews' correlation coefficient of classes that are nearly all told.
    private const double LeastCorrelation = 0.99;

    // Of fewer rows all can be right by chance.
    private const double FewestRows = 30;

    /// <summary>What is to be said of a model; <see langword="null"/> where its metrics are those of real data.</summary>
    /// <param name="version">Version of the model.</param>
    /// <param name="metrics">Its metrics by part and name.</param>
    public static Finding? Of(string version, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? metrics)
    {
        if (metrics?.GetValueOrDefault("test") is not { } test || test.GetValueOrDefault("rows") < FewestRows)
        {
            return null;
        }

        // Of one class alone all rows are right without knowing anything: then there is no AUC, and no correlation with the classes.
        var telling = test.ContainsKey("auc") ? Told("auc", "AUC", "binary_logloss", "log loss")
            : test.ContainsKey("r2") ? Told("r2", "R²", "rmse", "RMSE")
            : test.GetValueOrDefault("mcc") >= LeastCorrelation ? Told("accuracy", "accuracy", "multi_logloss", "log loss")
            : null;
        return telling is null
            ? null
            : Finding.Of(Sentence.Of(Code, ("version", version), ("metrics", telling), ("rows", test["rows"].ToString("0", CultureInfo.InvariantCulture))));

        string? Told(string name, string shown, string loss, string shownLoss) => test.GetValueOrDefault(name) < Perfect ? null
            : test.TryGetValue(loss, out var value) ? $"{shown} {Spell(test[name], "0.000")}, {shownLoss} {Spell(value, "0.####")}"
            : $"{shown} {Spell(test[name], "0.000")}";

        static string Spell(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
