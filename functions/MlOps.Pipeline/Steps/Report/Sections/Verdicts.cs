using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Report.Data;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The decision about the champion in words.</summary>
internal static class Verdicts
{
    private const int AlertsMax = 3;

    /// <summary>A tag: its colour and its words.</summary>
    public static (string Style, string Text) Tag(ReportData data) => (data.Promoted, data.Champion) switch
    {
        (true, null) => ("good", "First champion"),
        (true, _) => ("good", "New champion"),
        (false, null) => ("bad", "No champion"),
        _ when data.IsBroughtBack => ("", "Earlier champion back"),
        _ => ("", "Champion kept"),
    };

    /// <summary>What was decided, as the rest of a sentence that begins with the predictions.</summary>
    public static string Sentence(ReportData data) => (data.Promoted, data.Champion) switch
    {
        (true, null) => "The newly trained model is the first champion and made them",
        (true, _) => "The newly trained model became the champion and made them",
        _ when data.IsRetained => "The champion made them",
        (false, null) => "No model is good enough to be champion; the newly trained one made them all the same",
        _ when data.IsBroughtBack => "An earlier champion came back and made them; the newly trained model was not promoted",
        _ => "The champion stayed and made them; the newly trained model was not promoted",
    };

    /// <summary>What to do, most urgent first; empty where nothing is.</summary>
    public static IReadOnlyList<(string Style, string Text)> Advice(ReportData data)
    {
        var advice = new List<(string, string)>();
        if (!data.Promoted && data.Champion is null)
        {
            advice.Add(("bad", $"Do not rely on these scores yet: {data.Verdict.Reason}. Look at the label and the columns of the history, or add data."));
        }

        if (data.Warnings.FirstOrDefault(w => w.Code == PerfectMetrics.Code) is { } perfect)
        {
            advice.Add(("bad", perfect.Message));
        }

        advice.AddRange(data.Warnings.Where(w => PerformanceAlerts.Codes.Contains(w.Code)).Select(w => ("bad", w.Message)));
        if (data.Monitor is { } watched)
        {
            advice.AddRange(watched.Incidents.Select(i => ("bad", $"Correct the data and drop the file again: {i.Message}")));
            advice.AddRange(watched.Alerts.Where(a => a.Kind != "incident").Take(AlertsMax).Select(a => ("warn", a.Cause)));
        }

        if (data.Verdict.Rule == Definitions.PromoteRule.Manual && !data.Promoted && data.Champion is not null && !data.IsRetained)
        {
            advice.Add(("", $"Decide about the new model; mlops promote {data.Pipeline} {data.Challenger.Version} makes it the champion."));
        }

        var quarantined = data.Warnings.FirstOrDefault(w => w.Code == "quarantined-rows");
        if (quarantined is not null)
        {
            advice.Add(("warn", quarantined.Message));
        }

        if (data.Warnings.Count(w => w.Code != "quarantined-rows") is > 0 and var count)
        {
            advice.Add(("warn", $"Read the {(count == 1 ? "finding" : $"{count} findings")} in the data; the predictions were made in spite of {(count == 1 ? "it" : "them")}."));
        }

        return advice;
    }
}
