using System.Diagnostics.CodeAnalysis;

namespace MlOps.Storage;

/// <summary>
/// Id of a run, equal to its orchestration's instance id: 1 to 150 ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>,
/// beginning with a letter or digit and without two dots in a row. It becomes a folder under <c>artifacts/{pipeline}/runs</c>.
/// </summary>
public readonly record struct RunId
{
    /// <summary>Greatest length of an id.</summary>
    public const int MaxLength = 150;

    private readonly string? _value;

    private RunId(string value) => _value = value;

    /// <summary>The id as text; empty for the default value.</summary>
    public string Value => _value ?? "";

    /// <summary>Parses an id.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is not a valid id.</exception>
    public static RunId Parse(string? text) => TryParse(text, out var id)
        ? id
        : throw new FormatException(
            $"'{PipelineName.Shorten(text)}' is not a run id: use 1 to {MaxLength} letters, digits, '-', '_' and '.', beginning with a letter or a digit.");

    /// <summary>Parses an id without throwing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id where the text is valid.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !char.IsAsciiLetterOrDigit(text[0])
            || text.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        if (!text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return false;
        }

        id = new RunId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
