using MlOps.Learning.Learners;
using MlOps.Pipeline.Steps.Transforms;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Share of a model's gain that comes from a column of the file, over all features made of it.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Share">The share, 0 to 1; 0 for all columns of a model without a gain.</param>
public sealed record ColumnGain(string Column, double Share)
{
    /// <summary>The shares, in the order of the transform's columns.</summary>
    internal static IReadOnlyList<ColumnGain> Of(LearnedModel model, Transform transform)
    {
        var gain = model.Importance();
        var total = gain.Sum();
        var shares = new List<ColumnGain>();
        var at = 0;
        foreach (var column in transform.Columns)
        {
            shares.Add(new ColumnGain(column.Column, total > 0 ? gain.Skip(at).Take(column.Features.Count).Sum() / total : 0));
            at += column.Features.Count;
        }

        return shares;
    }
}
