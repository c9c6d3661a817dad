using MlOps.Pipeline.Wording;

namespace MlOps.Web.Runs;

/// <summary>What was asked for is not in the account; the message says what and how to find what is.</summary>
/// <param name="said">For the reader.</param>
public sealed class NotFoundException(Sentence said) : Exception(said.ToString())
{
    /// <summary>The message as a code with arguments.</summary>
    public Sentence Said { get; } = said;
}
