namespace MlOps.Boosting.Binning;

/// <summary>
/// Names as the model file can hold them: it separates names by spaces, and LightGBM refuses characters that JSON
/// reserves. Both become underscores; a name that then occurs twice gets its position appended.
/// </summary>
internal static class FeatureNameRules
{
    private const string Reserved = "\",:[]{}";

    public static string[] Clean(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var clean = new string[names.Count];
        for (int i = 0; i < clean.Length; i++)
        {
            string name = new([.. names[i].Select(c => char.IsWhiteSpace(c) || char.IsControl(c) || Reserved.Contains(c) ? '_' : c)]);
            if (name.Length == 0)
            {
                name = $"Column_{i}";
            }

            while (!seen.Add(name))
            {
                name = $"{name}_{i}";
            }

            clean[i] = name;
        }

        return clean;
    }
}
