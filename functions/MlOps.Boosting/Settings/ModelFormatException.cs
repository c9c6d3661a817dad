namespace MlOps.Boosting.Settings;

/// <summary>A model file cannot be read: truncated, edited, or of another kind.</summary>
/// <param name="line">Line at fault, from 1.</param>
/// <param name="message">What was found and what was expected.</param>
public sealed class ModelFormatException(int line, string message) : FormatException($"line {line}: {message}")
{
    /// <summary>Line at fault, from 1.</summary>
    public int Line { get; } = line;
}
