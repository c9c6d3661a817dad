using System.Text.Json;

namespace MlOps.App.Sample;

/// <summary>One file of the sample.</summary>
/// <param name="Name">File name, such as <c>20201001.csv</c>.</param>
/// <param name="Rows">Rows, without the header.</param>
/// <param name="Positives">Rows whose label is 1.</param>
/// <param name="TrueAuc">AUC of the probability by which the labels were drawn: what a perfect model would reach; null without both labels.</param>
internal sealed record SampleFile(string Name, int Rows, int Positives, double? TrueAuc);

/// <summary>
/// The sample case: a credit portfolio's history and four monthly periods, the last two of which have drifted.
/// The same rows and seed give the same bytes; fewer rows give the beginning of the same files, but for the ids.
/// </summary>
internal static class CreditDefaultCase
{
    /// <summary>Name of the sample's pipeline.</summary>
    public const string PipelineName = "credit-default";

    /// <summary>Rows of the history when nothing else is asked for; each period has a sixth of it.</summary>
    public const int DefaultRows = 60_000;

    /// <summary>Fewer rows leave nothing to split.</summary>
    public const int MinimumRows = 60;

    /// <summary>Seed when nothing else is asked for.</summary>
    public const int DefaultSeed = 1;

    private static readonly (string Period, int Drift)[] Files =
        [("initial", 0), ("20201001", 0), ("20201101", 0), ("20201201", 1), ("20210101", 2)];

    /// <summary>The periods after the history.</summary>
    public static IEnumerable<string> Periods => Files.Skip(1).Select(file => file.Period);

    /// <summary>Writes the files, the definition (<c>credit-default.yaml</c>) and <c>truth.json</c> into a folder.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="rows">Rows of the history, at least 60.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    public static IReadOnlyList<SampleFile> Write(string folder, int rows, int seed, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var written = new List<SampleFile>();
        var firstId = 100_002L;
        for (var file = 0; file < Files.Length; file++)
        {
            var count = file == 0 ? rows : rows / 6;
            written.Add(WriteFile(folder, file, count, firstId, seed, cancellation));
            firstId += count;
        }

        File.WriteAllText(Path.Combine(folder, PipelineName + ".yaml"), Definition());
        var truth = written.ToDictionary(
            file => Path.GetFileNameWithoutExtension(file.Name),
            file => new { rows = file.Rows, positives = file.Positives, true_auc = file.TrueAuc });
        File.WriteAllText(Path.Combine(folder, "truth.json"), JsonSerializer.Serialize(truth, Indented) + "\n");
        return written;
    }

    /// <summary>The sample's pipeline definition.</summary>
    public static string Definition() => $"""
        # Who will not pay the loan back? Each month's applicants, scored by a model of all months before.
        task: binary
        label: TARGET
        id: SK_ID_CURR
        features:
        {string.Join('\n', CreditColumns.Selected.Select(name => "  - " + name))}

        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static SampleFile WriteFile(string folder, int file, int rows, long firstId, int seed, CancellationToken cancellation)
    {
        var name = Files[file].Period + ".csv";
        var truth = new double[rows];
        var labels = new bool[rows];
        using (var stream = File.Create(Path.Combine(folder, name)))
        using (var writer = new RowWriter(stream))
        {
            foreach (var column in CreditColumns.Names)
            {
                writer.Text(column);
            }

            writer.EndRow();
            for (var i = 0; i < rows; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var random = new RandomStream((ulong)seed, file, i);
                var applicant = CreditApplicant.Draw(ref random, Files[file].Drift);
                truth[i] = CreditTruth.Probability(applicant);
                labels[i] = random.Chance(truth[i]);
                CreditColumns.Write(writer, firstId + i, labels[i] ? 1 : 0, applicant, ref random);
            }
        }

        return new SampleFile(name, rows, labels.Count(label => label), RankAuc(truth, labels));
    }

    /// <summary>AUC by ranks (Mann-Whitney); ties are so rare among these probabilities that their order does not show.</summary>
    private static double? RankAuc(double[] scores, bool[] labels)
    {
        var order = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ToArray();
        double rankSum = 0, positives = 0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            if (labels[order[rank]])
            {
                rankSum += rank + 1;
                positives++;
            }
        }

        var pairs = positives * (scores.Length - positives);
        return pairs == 0 ? null : Math.Round((rankSum - (positives * (positives + 1) / 2)) / pairs, 6);
    }
}
