using System.Text.Json.Serialization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Notifications;

/// <summary>What somebody has decided about an alert: that it is known, or that it is not to be heard until a time.</summary>
/// <param name="Kind">Kind of the alert, such as <c>drift</c>.</param>
/// <param name="Subject">What it is about, such as a column.</param>
/// <param name="Action"><see cref="Acknowledged"/> or <see cref="Muted"/>.</param>
/// <param name="OpenedBy">The run that raised the alert that is acknowledged; another alert of the kind on the subject is heard again.</param>
/// <param name="Until">Until when it is muted; <see langword="null"/> where it is acknowledged.</param>
/// <param name="Who">Who decided.</param>
/// <param name="Why">Why.</param>
/// <param name="At">When.</param>
public sealed record AlertJudgement(
    string Kind, string Subject, string Action,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OpenedBy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Until,
    string Who, string Why, DateTimeOffset At)
{
    /// <summary>Somebody knows of the alert: it asks for no attention until it is gone and raised again.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>Alerts of the kind on the subject ask for no attention and send no notice until a time.</summary>
    public const string Muted = "muted";

    /// <summary>Days for which an alert can be muted at most: what nobody has looked at for a year is heard again.</summary>
    public const int DaysMax = 366;

    /// <summary>Whether it keeps an alert quiet.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="now">At this time.</param>
    public bool Quiets(TrackedAlert alert, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return IsOf(alert.Kind, alert.Subject) && (Action == Muted ? now < Until : OpenedBy == alert.OpenedBy);
    }

    /// <summary>Whether it is about such alerts.</summary>
    /// <param name="kind">Kind of the alert.</param>
    /// <param name="subject">Its subject.</param>
    public bool IsOf(string kind, string subject) => Kind == kind && Subject == subject;

    /// <summary>What is wrong with the end of a silence; <see langword="null"/> where nothing is.</summary>
    /// <param name="until">The end.</param>
    /// <param name="now">The time now.</param>
    public static Sentence? ProblemOf(DateTimeOffset until, DateTimeOffset now) =>
        until > now && until <= now.AddDays(DaysMax) ? null : Sentence.Of("alert-until-range", ("days", DaysMax));
}
