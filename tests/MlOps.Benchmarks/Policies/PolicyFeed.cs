namespace MlOps.Benchmarks.Policies;

/// <summary>One file of a feed.</summary>
/// <param name="Columns">Features, column by column.</param>
/// <param name="Labels">Label of each row: 0 or 1, or a number.</param>
internal sealed record FeedFile(double[][] Columns, double[] Labels)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Labels.Length;
}

/// <summary>A history and the periods that follow it.</summary>
/// <param name="Kind">What kind of world it is.</param>
/// <param name="Seed">Seed of a made feed; 0 of a real one.</param>
/// <param name="Metric"><c>binary_logloss</c> or <c>l2</c>.</param>
/// <param name="Initial">What the first model learns from.</param>
/// <param name="Periods">The files after it, in order.</param>
internal sealed record PolicyFeed(string Kind, int Seed, string Metric, FeedFile Initial, IReadOnlyList<FeedFile> Periods);
