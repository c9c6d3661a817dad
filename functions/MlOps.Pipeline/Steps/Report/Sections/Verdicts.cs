using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The decision about the champion in words.</summary>
internal static class Verdicts
{
    private const int AlertsMax = 3;

    /// <summary>A tag: its colour and its words.</summary>
    public static (string Style, string Code) Tag(ReportData data) => (data.Promoted, data.Champion) switch
    {
        (true, null) => ("good", "report-tag-first"),
        (true, _) => ("good", "report-tag-new"),
        (false, null) => ("bad", "report-tag-none"),
        _ when data.IsBroughtBack => ("", "report-tag-back"),
        _ => ("", "report-tag-kept"),
    };

    /// <summary>What was decided, as the rest of a sentence that begins with the predictions.</summary>
    public static Sentence What(ReportData data) => Sentence.Of((data.Promoted, data.Champion) switch
    {
        (true, null) => "report-what-first",
        (true, _) => "report-what-new",
        _ when data.IsRetained => "report-what-retained",
        (false, null) => "report-what-none",
        _ when data.IsBroughtBack => "report-what-back",
        _ => "report-what-kept",
    });

    /// <summary>What to do, most urgent first; empty where nothing is.</summary>
    public static IReadOnlyList<(string Style, object Told)> Advice(ReportData data)
    {
        var advice = new List<(string, object)>();
        if (!data.Promoted && data.Champion is null)
        {
            advice.Add(("bad", Sentence.Of("report-do-not-rely", ("reason", data.Verdict.Told))));
        }

        if (data.Warnings.FirstOrDefault(w => w.Code == PerfectMetrics.Code) is { } perfect)
        {
            advice.Add(("bad", perfect.Told));
        }

        advice.AddRange(data.Warnings.Where(w => PerformanceAlerts.Codes.Contains(w.Code)).Select(w => ("bad", w.Told)));
        if (data.Monitor is { } watched)
        {
            advice.AddRange(watched.Incidents.Select(i => ("bad", (object)Sentence.Of("report-correct-data", ("incident", (object?)i.Said ?? i.Message)))));
            advice.AddRange(watched.Alerts.Where(a => a.Kind != "incident").Take(AlertsMax).Select(a => ("warn", (object?)a.Said ?? a.Cause)));
        }

        if (data.Verdict.Rule == Definitions.PromoteRule.Manual && !data.Promoted && data.Champion is not null && !data.IsRetained)
        {
            advice.Add(("", Sentence.Of("report-decide", ("pipeline", data.Pipeline), ("version", data.Challenger.Version))));
        }

        var quarantined = data.Warnings.FirstOrDefault(w => w.Code == "quarantined-rows");
        if (quarantined is not null)
        {
            advice.Add(("warn", quarantined.Told));
        }

        if (data.Warnings.Count(w => w.Code != "quarantined-rows") is > 0 and var count)
        {
            advice.Add(("warn", Sentence.Of("report-read-findings", ("count", count))));
        }

        return advice;
    }
}
