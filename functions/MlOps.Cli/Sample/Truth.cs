namespace MlOps.Cli.Sample;

/// <summary>The probabilities by which labels were drawn, and the labels.</summary>
internal sealed class Truth
{
    private readonly List<(double Probability, bool Label)> rows = [];

    public int Positives => rows.Count(row => row.Label);

    public void Add(double probability, bool label) => rows.Add((probability, label));

    public void Add(Truth other) => rows.AddRange(other.rows);

    /// <summary>
    /// AUC of the probability by ranks (Mann-Whitney), six decimals; ties are so rare among these probabilities that their
    /// order does not show. <see langword="null"/> where a label is missing.
    /// </summary>
    public double? Auc()
    {
        double rankSum = 0, positives = 0;
        var rank = 0;
        foreach (var row in rows.OrderBy(row => row.Probability))
        {
            rank++;
            if (row.Label)
            {
                rankSum += rank;
                positives++;
            }
        }

        var pairs = positives * (rows.Count - positives);
        return pairs == 0 ? null : Math.Round((rankSum - (positives * (positives + 1) / 2)) / pairs, 6);
    }
}
