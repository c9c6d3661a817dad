using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Artifacts;

/// <summary>A step needed more memory than this process may use.</summary>
public sealed class StepMemoryException() : Exception(Said.ToString(), new SaidException(Said))
{
    private static Sentence Said => Sentence.Of("run-memory");
}
