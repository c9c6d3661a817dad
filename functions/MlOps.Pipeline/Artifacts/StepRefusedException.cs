namespace MlOps.Pipeline.Artifacts;

/// <summary>A step that cannot succeed however often it is tried: data or definition have to change first.</summary>
/// <param name="message">What is wrong, where, and what to do next.</param>
public sealed class StepRefusedException(string message) : Exception(message);
