using System.Text.RegularExpressions;
using MlOps.Pipeline.Wording;

namespace MlOps.Web.Runs;

/// <summary>What a run waits for, as the ledger names it, as parts of sentences.</summary>
internal static partial class WaitWords
{
    /// <summary>The thing waited for: a sentence, or the text itself where it is a name.</summary>
    /// <param name="waitsFor">As the ledger names it.</param>
    public static object Of(string waitsFor)
    {
        if (Validation().Match(waitsFor) is { Success: true } validation)
        {
            return Sentence.Of("wait-validation", ("file", validation.Groups[1].Value));
        }

        if (Predictions().Match(waitsFor) is { Success: true } predictions)
        {
            return Sentence.Of("wait-predictions", ("period", predictions.Groups[1].Value));
        }

        if (Approval().Match(waitsFor) is { Success: true } approval)
        {
            return Sentence.Of("wait-approval", ("version", approval.Groups[1].Value));
        }

        if (Reading().Match(waitsFor) is { Success: true } reading)
        {
            return Sentence.Of("wait-reading", ("file", reading.Groups[1].Value));
        }

        return Writing().Match(waitsFor) is { Success: true } writing ? Sentence.Of("wait-writing", ("run", writing.Groups[1].Value)) : waitsFor;
    }

    [GeneratedRegex("^validation of (.+)$")]
    private static partial Regex Validation();

    [GeneratedRegex("^the predictions of (.+)$")]
    private static partial Regex Predictions();

    [GeneratedRegex("^approval of (.+)$")]
    private static partial Regex Approval();

    [GeneratedRegex("^(.+) to be read$")]
    private static partial Regex Reading();

    [GeneratedRegex("^run (.+) to finish writing$")]
    private static partial Regex Writing();
}
