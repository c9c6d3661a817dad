namespace MlOps.Pipeline.Definitions;

/// <summary>A text that was the definition.</summary>
/// <param name="Sha256">SHA-256 of the text.</param>
/// <param name="At">When it was first kept.</param>
/// <param name="Text">The text.</param>
public sealed record KeptDefinition(string Sha256, DateTimeOffset At, string Text);
