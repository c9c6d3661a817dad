using MlOps.Pipeline.Wording;

namespace MlOps.Web.Runs;

/// <summary>States of runs as parts of sentences.</summary>
internal static class StateWords
{
    /// <summary>The state, worded in the reader's language.</summary>
    /// <param name="state">As <see cref="PeriodStanding.State"/> names it.</param>
    public static object Of(string state) => state switch
    {
        "failed" => Sentence.Of("state-failed"),
        "rejected" => Sentence.Of("state-rejected"),
        "cancelled" => Sentence.Of("state-cancelled"),
        "active" => Sentence.Of("state-active"),
        _ => state,
    };
}
