namespace MlOps.Pipeline.Wording;

/// <summary>The rule for a reason or a note that a person gives with a decision: one line that others can read.</summary>
public static class GivenReason
{
    /// <summary>Characters at most.</summary>
    public const int LengthMax = 500;

    /// <summary>What is wrong with a reason; <see langword="null"/> where nothing is.</summary>
    /// <param name="why">The reason.</param>
    public static Sentence? ProblemOf(string? why) => string.IsNullOrWhiteSpace(why) ? Sentence.Of("reason-missing") : ProblemOfForm(why);

    /// <summary>What is wrong with the form of a text that may be empty; <see langword="null"/> where nothing is.</summary>
    /// <param name="text">The text.</param>
    public static Sentence? ProblemOfForm(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > LengthMax || text.Any(char.IsControl) ? Sentence.Of("reason-long", ("most", LengthMax)) : null;
    }
}
