using System.Globalization;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

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
        Fact(page.Say("report-version"), model.Version);
        Fact(page.Say("report-kind"), model.Parameters.TryGetValue(ModelFiles.Learner, out var learner)
            ? page.Say("report-kind-library", ("learner", page.Code(learner)), ("library", model.Parameters["library"]))
            : page.Say("report-kind-fact", ("boosting", model.Parameters.TryGetValue("boosting", out var boosting) ? boosting : "gbdt"), ("rounds", Figures.Whole(model.BestIteration))));
        Fact(page.Say("report-use"), Use(page, data));
        Fact(page.Say("report-learned-from"), $"{page.Say("report-files", ("files", model.History.Count))} ({page.List(model.History.Select(h => h.Period).Take(12))}{(model.History.Count > 12 ? page.Say("report-comma") + "…" : "")}){page.Say("report-rows-then", Rows(data))}");
        Fact(page.Say("report-columns"), page.Say(
            "report-columns-fact", ("columns", Figures.Whole(data.Explanation.Columns.Count)), ("features", Figures.Whole(data.Explanation.Features.Count)),
            ("categories", data.Definition.Categories switch { CategoryHandling.OneHot => Sentence.Of("report-onehot"), CategoryHandling.OneHotDropFirst => Sentence.Of("report-drop-first"), _ => Sentence.Of("report-native") }),
            ("missing", data.Definition.Missing.Native ? Sentence.Of("report-missing-native") : Sentence.Of("report-missing-as", ("number", data.Definition.Missing.Numeric), ("text", data.Definition.Missing.Text)))));
        Fact(page.Say("report-split"), page.Say("report-split-fact", ("seed", data.Definition.Split.Seed), ("test", Figures.Percent(data.Definition.Split.Test)), ("valid", Figures.Percent(data.Definition.Split.Valid))));
        if (data.RollingBacktest is { } rolling && BacktestSection.Choices(rolling.Way).ToArray() is { Length: > 0 } choices)
        {
            Fact(page.Say("report-way"), string.Join(" ", choices.Select(page.Word)));
        }

        if (data.Task == TaskKind.Binary)
        {
            Fact(page.Say("report-threshold"), $"{Figures.Number(model.Threshold)} ({page.Say(data.Definition.Output.ThresholdRule switch { "f1" => "report-rule-f1", "cost" => "report-rule-cost", "precision" => "report-rule-precision", _ => "report-rule-fixed" })})");
        }

        if (data.Expected is { } expected)
        {
            Fact(page.Say("report-expect"), $"{page.Word(expected.Said)}{(expected.Gap is { } gap ? " " + page.Word(gap) : "")}");
        }

        Fact(page.Say("report-limits"), Limits(page, data));
        Fact(page.Say("report-parameters"), page.List(Leading.Where(model.Parameters.ContainsKey).Select(p => $"{p} {Short(model.Parameters[p])}{Rounds(page, model, p)}")));
        page.Add($"</dl>\n<details class=\"all\"><summary>{page.Say("report-all-parameters")}</summary><div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-parameter")}</th><th class=\"l\" scope=\"col\">{page.Say("report-value-head")}</th></tr></thead><tbody>");
        foreach (var (name, value) in model.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            page.Add($"<tr><th scope=\"row\">{HtmlWriter.Breakable(name)}</th><td class=\"w\">{value}{Rounds(page, model, name)}</td></tr>");
        }

        page.Add($"</tbody></table></div></details>\n");

        void Fact(string name, string value) => page.Add($"<dt>{name}</dt><dd>{value}</dd>\n");
    }

    // The parameter is the limit of a search for the best number of rounds; the final model learns from more rows and takes more rounds in proportion.
    private static string Rounds(HtmlWriter page, Registry.ModelVersion model, string parameter) => parameter == "num_iterations" && model.Parameters[parameter] != model.BestIteration.ToString(CultureInfo.InvariantCulture)
        ? page.Say("report-rounds", ("rounds", Figures.Whole(model.BestIteration)))
        : "";

    private static string Use(HtmlWriter page, ReportData data) => data.Task switch
    {
        TaskKind.Binary => page.Say("report-use-binary", ("pipeline", data.Pipeline), ("label", data.Definition.Label), ("class", data.Positive)),
        TaskKind.Regression => page.Say("report-use-regression", ("pipeline", data.Pipeline), ("label", data.Definition.Label)),
        _ => page.Say("report-use-multiclass", ("pipeline", data.Pipeline), ("label", data.Definition.Label), ("classes", data.Classes.Count)),
    };

    private static (string, object)[] Rows(ReportData data)
    {
        string Part(string name) => data.Model.Metrics.TryGetValue(name, out var m) && m.TryGetValue("rows", out var rows) ? Figures.Whole(rows) : "0";
        return [("train", Part("train")), ("valid", Part("valid")), ("test", Part("test"))];
    }

    private static string Limits(HtmlWriter page, ReportData data)
    {
        var limits = new List<string>();
        if (data.Task == TaskKind.Binary && data.TestLabels.Length > 0)
        {
            var error = Calibration.ExpectedError(Calibration.EqualCounts(data.TestLabels, data.TestScores, 10));
            limits.Add(page.Say("report-limit-calibration", ("error", Figures.Percent(error)), ("rows", Figures.Whole(data.TestLabels.Length))));
            if (data.Model.Metrics.TryGetValue("train", out var train) && train.TryGetValue("auc", out var high)
                && data.TestMetrics.TryGetValue("auc", out var low) && high - low > 0.05)
            {
                limits.Add(page.Say("report-limit-overfit", ("train", Figures.Metric(high)), ("test", Figures.Metric(low))));
            }
        }

        var last = data.Model.History[^1].Period;
        limits.Add(last == Period.Initial.Value ? page.Say("report-limit-history") : page.Say("report-limit-last", ("period", page.Period(last))));
        var text = string.Join(page.Say("report-semicolon"), limits);
        return page.Say("report-sentence", ("text", char.ToUpperInvariant(text[0]) + text[1..]));
    }

    private static string Short(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Figures.Number(number) : value;
}
