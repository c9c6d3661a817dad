using System.Globalization;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The model that predicted, on one card: what it is, what it is for, what it learned from, where it is weak (after Mitchell et al. 2019).</summary>
internal static class ModelCardSection
{
    private static readonly string[] Leading =
        ["objective", "boosting", "num_iterations", "learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "bagging_fraction", "lambda_l1", "lambda_l2"];

    public static void Write(HtmlWriter page, ReportData data)
    {
        var model = data.Model;
        page.Add($"<dl class=\"card\">\n");
        Fact("Version", model.Version);
        Fact("Kind", model.Parameters.TryGetValue(ModelFiles.Learner, out var learner) ? $"{learner.Replace('_', ' ')} of {model.Parameters["library"]}, in ML.NET's zip" : $"{(model.Parameters.TryGetValue("boosting", out var boosting) ? boosting : "gbdt")} in LightGBM's model format, {Figures.Count(model.BestIteration, "round")}");
        Fact("Intended use", Use(data));
        Fact("Learned from", $"{Figures.Count(model.History.Count, "file")} ({string.Join(", ", model.History.Select(h => h.Period).Take(12))}{(model.History.Count > 12 ? ", …" : "")}); {Rows(data)}");
        Fact("Columns", $"{Figures.Count(data.Explanation.Columns.Count, "column")} of the file as {Figures.Count(data.Explanation.Features.Count, "feature")}; categories {data.Definition.Categories switch { CategoryHandling.OneHot => "as 0/1 features", CategoryHandling.OneHotDropFirst => "as 0/1 features without the first", _ => "as the learner's own" }}, missing values {(data.Definition.Missing.Native ? "left missing" : $"as {data.Definition.Missing.Numeric.ToString(CultureInfo.InvariantCulture)} and {data.Definition.Missing.Text}")}");
        Fact("Split", $"by drop, class and id, seed {data.Definition.Split.Seed}: {Figures.Percent(data.Definition.Split.Test)} test, {Figures.Percent(data.Definition.Split.Valid)} of the rest valid");
        if (data.Task == TaskKind.Binary)
        {
            Fact("Threshold", $"{Figures.Number(model.Threshold)} ({(data.Definition.Output.ThresholdRule switch { "f1" => "best F1 on the valid rows", "cost" => "least cost of errors on the valid rows", "precision" => "largest recall at the asked precision on the valid rows", _ => "set in the definition" })})");
        }

        if (data.Expected is { } expected)
        {
            Fact("To expect", $"{expected.Said}{(expected.Gap is { } gap ? " " + gap : "")}");
        }

        Fact("Limits", Limits(data));
        Fact("Parameters", string.Join(", ", Leading.Where(model.Parameters.ContainsKey).Select(p => $"{p} {Short(model.Parameters[p])}{Rounds(model, p)}")));
        page.Add($"</dl>\n<details class=\"all\"><summary>All parameters</summary><div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">Parameter</th><th class=\"l\" scope=\"col\">Value</th></tr></thead><tbody>");
        foreach (var (name, value) in model.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            page.Add($"<tr><th scope=\"row\">{name}</th><td class=\"w\">{value}{Rounds(model, name)}</td></tr>");
        }

        page.Add($"</tbody></table></div></details>\n");

        void Fact(string name, string value) => page.Add($"<dt>{name}</dt><dd>{value}</dd>\n");
    }

    // The parameter is the limit of a search for the best number of rounds; the final model learns from more rows and takes more rounds in proportion.
    private static string Rounds(Registry.ModelVersion model, string parameter) => parameter == "num_iterations" && model.Parameters[parameter] != model.BestIteration.ToString(CultureInfo.InvariantCulture)
        ? $" (the most that a trial may take; this model took {Figures.Count(model.BestIteration, "round")}: the best number found, more in proportion to the rows that it learned from beside those of the trials)"
        : "";

    private static string Use(ReportData data) => data.Task switch
    {
        TaskKind.Binary => $"Gives each row of a {data.Pipeline} file the probability that {data.Definition.Label} is {data.Positive}. Made for rows like those it learned from; a score ranks and supports a decision, it does not take one.",
        TaskKind.Regression => $"Estimates {data.Definition.Label} for each row of a {data.Pipeline} file. Made for rows like those it learned from.",
        _ => $"Gives each row of a {data.Pipeline} file the probability of each of {data.Classes.Count} values of {data.Definition.Label}. Made for rows like those it learned from.",
    };

    private static string Rows(ReportData data)
    {
        string Part(string name) => data.Model.Metrics.TryGetValue(name, out var m) && m.TryGetValue("rows", out var rows) ? Figures.Whole(rows) : "0";
        return $"{Part("train")} train, {Part("valid")} valid, {Part("test")} test rows at that time";
    }

    private static string Limits(ReportData data)
    {
        var limits = new List<string>();
        if (data.Task == TaskKind.Binary && data.TestLabels.Length > 0)
        {
            var error = Calibration.ExpectedError(Calibration.EqualCounts(data.TestLabels, data.TestScores, 10));
            limits.Add($"scores differ from observed shares by {Figures.Percent(error)} on average on the test rows");
            if (data.Model.Metrics.TryGetValue("train", out var train) && train.TryGetValue("auc", out var high)
                && data.TestMetrics.TryGetValue("auc", out var low) && high - low > 0.05)
            {
                limits.Add($"it fits its train rows better (AUC {Figures.Metric(high)}) than rows it has not seen ({Figures.Metric(low)})");
            }
        }

        var last = data.Model.History[^1].Period;
        limits.Add($"it knows nothing after {Figures.Period(last)}");
        var text = string.Join("; ", limits);
        return char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }

    private static string Short(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Figures.Number(number) : value;
}
