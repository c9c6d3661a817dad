using System.Globalization;
using MlOps.Pipeline.Wording;
using NCrontab;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>
/// In which periods a new model is trained; in the others the champion predicts. Without a champion a model is trained in any case, and a
/// period whose data have an incident is no reason to train.
/// </summary>
/// <param name="Always">In every period; default.</param>
/// <param name="OnDrift">Where a column or the scores have drifted from what the champion learned.</param>
/// <param name="OnLabels">Where the history has files that the last training did not.</param>
/// <param name="Schedule">NCRONTAB expression, of which a time lies between the last trained period and this one; <see langword="null"/> for none.</param>
public sealed record RetrainSettings(bool Always = true, bool OnDrift = false, bool OnLabels = false, string? Schedule = null)
{
    /// <summary>The first time of the schedule after a day's end and up to another day's end, in UTC; <see langword="null"/> where there is none. A time is due once.</summary>
    /// <param name="after">Day of the last training, which has served the times of that day.</param>
    /// <param name="until">Day of the period.</param>
    public DateTime? Due(DateOnly after, DateOnly until)
    {
        if (Schedule is null || after == DateOnly.MaxValue)
        {
            return null;
        }

        // A training has served every time of its own day, as a period is asked for up to the end of its day.
        var next = Parse(Schedule)!.GetNextOccurrence(after.ToDateTime(new TimeOnly(23, 59, 59)));
        return next <= until.ToDateTime(TimeOnly.MaxValue) && next != DateTime.MaxValue ? next : null;
    }

    internal static RetrainSettings Read(YamlMap map)
    {
        if (map.Node("retrain") is YamlScalarNode)
        {
            return map.Choice(
                "retrain", new RetrainSettings(), ("always", new RetrainSettings()), ("never", new RetrainSettings(false)),
                ("drift", new RetrainSettings(false, OnDrift: true)), ("labels", new RetrainSettings(false, OnLabels: true)));
        }

        if (map.Map("retrain") is not { } inner)
        {
            return new RetrainSettings();
        }

        var on = inner.Texts("on") ?? [];
        foreach (var unknown in on.Where(o => o is not "drift" and not "labels"))
        {
            inner.Error("on", Sentence.Of("definition-train-on", ("name", unknown)));
        }

        var schedule = inner.Text("schedule");
        if (schedule is not null && Parse(schedule) is null)
        {
            inner.Error("schedule", Sentence.Of("definition-schedule"));
        }

        inner.Finish();
        return new RetrainSettings(false, on.Contains("drift"), on.Contains("labels"), schedule);
    }

    private static CrontabSchedule? Parse(string text) => CrontabSchedule.TryParse(
        text, new CrontabSchedule.ParseOptions { IncludingSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 });

    /// <summary>What it asks for, in words.</summary>
    public override string ToString() => Always ? "always" : string.Join(
        " or ", new[] { OnDrift ? "on drift" : null, OnLabels ? "on new labels" : null, Schedule is null ? null : string.Create(CultureInfo.InvariantCulture, $"on the schedule '{Schedule}'") }.OfType<string>().DefaultIfEmpty("never"));
}
