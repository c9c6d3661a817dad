namespace MlOps.Pipeline.Steps.Explain;

/// <summary>
/// How many rows are explained, known before a row is: what a row costs grows with the leaves of all trees, which the record of the training says. Models of usual size
/// get <see cref="Most"/> rows; larger ones fewer, so that the explanation stays a small part of a run.
/// </summary>
internal static class ExplainSample
{
    /// <summary>Enough for a stable order of the top columns; more rows cost time in every run and ink in every chart.</summary>
    public const int Most = 500;

    /// <summary>Fewer say nothing of what a column does.</summary>
    public const int Least = 40;

    // Leaves that are visited in all: some seconds of one processor (the command "explain" of the benchmarks measures it).
    private const double Leaves = 20e6;

    /// <summary>Rows of the sample.</summary>
    /// <param name="trees">Trees of the model, those of all classes; 0 of a model of another kind.</param>
    /// <param name="leaves">The most leaves that a tree may have.</param>
    public static int Rows(int trees, int leaves) => (int)Math.Clamp(Leaves / Math.Max(1.0, (double)trees * leaves), Least, Most);
}
