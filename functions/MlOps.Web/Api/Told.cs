using MlOps.Pipeline.Wording;

namespace MlOps.Web.Api;

/// <summary>What people are told: a text in English, and the code with arguments by which the page words it in the reader's language.</summary>
/// <param name="Text">In English.</param>
/// <param name="Said">Code and arguments; <see langword="null"/> where there are none.</param>
internal sealed record Told(string Text, Sentence? Said)
{
    public static Told? Of(Sentence? said) => said is null ? null : new Told(said.ToString(), said);
}
