using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Artifacts;

/// <summary>A step that cannot succeed however often it is tried: data or definition have to change first.</summary>
public sealed class StepRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do next.</param>
    public StepRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception of a sentence, which reaches people in their own language.</summary>
    /// <param name="said">What is wrong, where, and what to do next.</param>
    public StepRefusedException(Sentence said)
        : base(said?.ToString(), said is null ? null : new SaidException(said))
    {
    }
}
