using MlOps.Storage;

namespace MlOps.Pipeline.Definitions;

/// <summary>The first line of a pinned definition beside which an edited schema stands: it holds that schema's hash.</summary>
internal static class EditedSchema
{
    /// <summary>What the line begins with; the hash follows.</summary>
    public const string Mark = "# schema.json ";

    /// <summary>The hash in a pinned text's first line.</summary>
    /// <param name="yaml">The text.</param>
    /// <returns>64 lower-case hexadecimal digits; <see langword="null"/> where the text has no such line.</returns>
    public static string? HashOf(string yaml) =>
        yaml.StartsWith(Mark, StringComparison.Ordinal) && yaml.Length > Mark.Length + 64 && ContentHash.IsHash(yaml.Substring(Mark.Length, 64))
            ? yaml.Substring(Mark.Length, 64)
            : null;
}
