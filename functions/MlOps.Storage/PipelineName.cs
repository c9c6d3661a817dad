using System.Diagnostics.CodeAnalysis;

namespace MlOps.Storage;

/// <summary>
/// Name of a pipeline: 1 to 63 ASCII letters, digits, <c>-</c> and <c>_</c>, beginning with a letter or digit.
/// It becomes a folder in every container, so nothing else may pass.
/// </summary>
public readonly record struct PipelineName
{
    /// <summary>Greatest length of a name.</summary>
    public const int MaxLength = 63;

    private readonly string? _value;

    private PipelineName(string value) => _value = value;

    /// <summary>The name as text; empty for the default value.</summary>
    public string Value => _value ?? "";

    /// <summary>Parses a name.</summary>
    /// <param name="text">Text from a user or a blob path.</param>
    /// <exception cref="FormatException">The text is not a valid name; the message says the rule.</exception>
    public static PipelineName Parse(string? text) => TryParse(text, out var name)
        ? name
        : throw new FormatException(
            $"'{Shorten(text)}' is not a pipeline name: use 1 to {MaxLength} letters, digits, '-' and '_', beginning with a letter or a digit.");

    /// <summary>Parses a name without throwing.</summary>
    /// <param name="text">Text from a user or a blob path.</param>
    /// <param name="name">The name where the text is valid.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out PipelineName name)
    {
        name = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        name = new PipelineName(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    // A hostile name must not flood a log or a terminal.
    internal static string Shorten(string? text) => text is null ? "" : text.Length <= 80 ? text : text[..80] + "…";
}
