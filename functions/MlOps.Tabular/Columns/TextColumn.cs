namespace MlOps.Tabular;

/// <summary>A column of texts, dictionary-coded.</summary>
public sealed class TextColumn : Column
{
    private readonly string[] _categories;

    /// <summary>Makes a column of codes.</summary>
    /// <param name="name">Column name.</param>
    /// <param name="codes">For each row an index into <paramref name="categories"/>, or -1 for a missing cell. Kept, not copied.</param>
    /// <param name="categories">The distinct texts in order of first appearance. Kept, not copied.</param>
    /// <exception cref="ArgumentException">A code lies outside the categories.</exception>
    public TextColumn(string name, int[] codes, string[] categories)
        : base(name, ColumnKind.Text, codes?.Length ?? 0)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(categories);
        foreach (var code in codes)
        {
            if (code < -1 || code >= categories.Length)
            {
                throw new ArgumentException($"Column '{name}' has the code {code}, but only {categories.Length} categories.", nameof(codes));
            }
        }

        Codes = codes;
        _categories = categories;
        MissingCount = codes.AsSpan().Count(-1);
    }

    private TextColumn(string name, string[] categories, int[] codes)
        : base(name, ColumnKind.Text, codes.Length)
    {
        Codes = codes;
        _categories = categories;
        MissingCount = codes.AsSpan().Count(-1);
    }

    /// <summary>For each row an index into <see cref="Categories"/>, -1 where the cell is missing. Do not change.</summary>
    public int[] Codes { get; }

    /// <summary>The distinct texts, in order of first appearance in the file.</summary>
    public IReadOnlyList<string> Categories => _categories;

    /// <inheritdoc/>
    public override int MissingCount { get; }

    /// <summary>Makes a column of codes that need no check.</summary>
    internal static TextColumn FromKnown(string name, int[] codes, string[] categories) => new(name, categories, codes);

    /// <summary>Makes a column of texts.</summary>
    /// <param name="name">Column name.</param>
    /// <param name="values">The cells; <see langword="null"/> is missing.</param>
    public static TextColumn FromTexts(string name, IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var codes = new List<int>();
        var categories = new List<string>();
        var lookup = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (value is null)
            {
                codes.Add(-1);
                continue;
            }

            if (!lookup.TryGetValue(value, out var code))
            {
                code = categories.Count;
                categories.Add(value);
                lookup.Add(value, code);
            }

            codes.Add(code);
        }

        return new TextColumn(name, [.. codes], [.. categories]);
    }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => Codes[row] < 0;

    /// <inheritdoc/>
    public override string? Text(int row) => Codes[row] < 0 ? null : _categories[Codes[row]];

    /// <inheritdoc/>
    public override Column Rename(string name) => new TextColumn(name, Codes, _categories);

    /// <summary>Rows as asked; the dictionary is rebuilt, so that categories stay in order of first appearance.</summary>
    internal override Column TakeRows(ReadOnlySpan<int> rows)
    {
        var renumbered = new int[_categories.Length];
        Array.Fill(renumbered, -1);
        var categories = new List<string>();
        var codes = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var code = Codes[rows[i]];
            if (code >= 0 && renumbered[code] < 0)
            {
                renumbered[code] = categories.Count;
                categories.Add(_categories[code]);
            }

            codes[i] = code < 0 ? -1 : renumbered[code];
        }

        return new TextColumn(Name, codes, [.. categories]);
    }
}
