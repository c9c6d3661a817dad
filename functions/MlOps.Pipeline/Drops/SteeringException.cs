using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>A command that cannot be followed; the message says why and what can be done instead.</summary>
/// <param name="said">For the person who gave the command, in that person's language.</param>
public sealed class SteeringException(Sentence said) : Exception(said.ToString())
{
    /// <summary>The message as a code with arguments.</summary>
    public Sentence Said { get; } = said;
}
