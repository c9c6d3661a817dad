using System.Text.Json;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>How one column of the file becomes features.</summary>
public enum ColumnEncoding
{
    /// <summary>The number itself.</summary>
    Number,

    /// <summary>A 0/1 feature for each category; in transforms that drop the first, for each but the first.</summary>
    OneHot,

    /// <summary>The index of the category, for the learner's own categorical splits.</summary>
    Native,

    /// <summary>Parts of a date: year, month, day, weekday, days since 1970, and the hour where the history has times.</summary>
    Date,
}

/// <summary>One column of the file in a fitted transform.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Encoding">How it becomes features.</param>
/// <param name="Features">Names of its features, in order.</param>
/// <param name="Categories">Categories seen in the train part, sorted by code unit; empty for numbers.</param>
/// <param name="InEveryRow">Whether every row learned from has one of <paramref name="Categories"/>; not known of transforms before format 3.</param>
public sealed record ColumnTransform(
    string Column, ColumnEncoding Encoding, IReadOnlyList<string> Features, IReadOnlyList<string> Categories, bool InEveryRow = false)
{
    /// <summary>Whether its features are 1 in exactly one place in every row learned from, so that trees leave out one in turn.</summary>
    internal bool TakesTurns => Encoding == ColumnEncoding.OneHot && InEveryRow && Features.Count > 1 && Dropped == 0;

    /// <summary>How many categories have no feature of their own, from the first on: 1 where the first was dropped.</summary>
    internal int Dropped => Encoding == ColumnEncoding.OneHot ? Categories.Count - Features.Count : 0;
}

/// <summary>
/// The fitted transform: everything needed to turn a table into features, learned from the train part alone and applied
/// unchanged to every other row. Stored as <c>transform.json</c>.
/// </summary>
/// <param name="Version">Version of this format: 1 where the first category of each column was always dropped, 2 since, 3 where <see cref="ColumnTransform.InEveryRow"/> is said.</param>
/// <param name="MissingNative">Whether missing values stay missing.</param>
/// <param name="MissingNumber">Otherwise the number that stands for a missing number.</param>
/// <param name="MissingText">The category that stands for a missing text.</param>
/// <param name="Columns">Columns in feature order.</param>
public sealed record Transform(
    int Version, bool MissingNative, double MissingNumber, string MissingText, IReadOnlyList<ColumnTransform> Columns)
{
    /// <summary>Names of all features, in order.</summary>
    public IReadOnlyList<string> FeatureNames() => [.. Columns.SelectMany(c => c.Features)];

    /// <summary>Indices of the features that are category codes.</summary>
    public IReadOnlyList<int> CategoricalFeatures() => [.. Placed().Where(p => p.Column.Encoding == ColumnEncoding.Native).Select(p => p.At)];

    /// <summary>Indices of the features of each column of which exactly one is 1 in every row; <see langword="null"/> where there is no such column.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? OneHotGroups()
    {
        IReadOnlyList<int>[] groups = [.. Placed().Where(p => p.Column.TakesTurns).Select(p => Enumerable.Range(p.At, p.Column.Features.Count).ToArray())];
        return groups.Length > 0 ? groups : null;
    }

    private IEnumerable<(ColumnTransform Column, int At)> Placed()
    {
        var at = 0;
        foreach (var column in Columns)
        {
            yield return (column, at);
            at += column.Features.Count;
        }
    }

    /// <summary>Writes the transform as JSON.</summary>
    /// <param name="stream">Target.</param>
    public void Save(Stream stream) => JsonSerializer.Serialize(stream, this, ArtifactJson.Indented);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">Source.</param>
    public static Transform Load(Stream stream)
    {
        var transform = JsonSerializer.Deserialize<Transform>(stream, ArtifactJson.Compact)!;
        // Names in transforms of before they were composed.
        return transform.Version is >= 1 and <= 3
            ? transform with { Columns = [.. transform.Columns.Select(c => c with { Column = c.Column.Composed() })] }
            : throw new InvalidDataException($"This transform has format {transform.Version}; this program reads formats 1 to 3.");
    }
}
