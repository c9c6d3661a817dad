using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Cli.Sample;

/// <summary>One file of the sample.</summary>
/// <param name="Name">File name, such as <c>20201001.csv</c>.</param>
/// <param name="Rows">Rows, without the header.</param>
/// <param name="Positives">Rows whose label is 1.</param>
/// <param name="TrueAuc">AUC of the probability by which the labels were drawn: what a perfect model would reach; null without both labels.</param>
/// <param name="HistoryTrueAuc">The same over all earlier files together: what a model may reach on a test part of them; null for the history itself.</param>
/// <param name="TrueAucWithoutSide">What a perfect model would reach that knows nothing of the side table; null without one.</param>
internal sealed record SampleFile(
    string Name, int Rows, int Positives, double? TrueAuc, double? HistoryTrueAuc,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TrueAucWithoutSide = null)
{
    /// <summary>The period that the file is for.</summary>
    public string Period => Path.GetFileNameWithoutExtension(Name);
}

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

    /// <summary>Writes the case without a side table; see the other overload.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="rows">Rows of the history, at least 60.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    public static IReadOnlyList<SampleFile> Write(string folder, int rows, int seed, CancellationToken cancellation) => Write(folder, rows, seed, side: false, cancellation);

    /// <summary>Writes the files, the definition (<c>credit-default.yaml</c>) and <c>truth.json</c> into a folder.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="rows">Rows of the history, at least 60.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="side">Whether there is a side table, in the folder <c>bureau</c>.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    public static IReadOnlyList<SampleFile> Write(string folder, int rows, int seed, bool side, CancellationToken cancellation)
    {
        Directory.CreateDirectory(side ? Path.Combine(folder, BureauReports.Source) : folder);
        var written = new List<SampleFile>();
        var history = new Truth();
        var firstId = 100_002L;
        for (var file = 0; file < Files.Length; file++)
        {
            var count = file == 0 ? rows : rows / 6;
            var name = Files[file].Period + ".csv";
            using var reports = side ? new BureauReports(Path.Combine(folder, BureauReports.Source, name), Files[file].Period, seed, file) : null;
            var truth = WriteFile(Path.Combine(folder, name), file, count, firstId, seed, reports, cancellation);
            written.Add(new SampleFile(name, count, truth.Positives, truth.Auc(), file == 0 ? null : history.Auc(), reports?.Without.Auc()));
            history.Add(truth);
            firstId += count;
        }

        File.WriteAllText(Path.Combine(folder, PipelineName + ".yaml"), Definition() + (side ? BureauReports.Definition : ""));
        var truths = written.ToDictionary(file => file.Period, Known);
        File.WriteAllText(Path.Combine(folder, "truth.json"), JsonSerializer.Serialize(truths, Indented) + "\n");
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
        # Ten trials a month, five at a time; few rounds at a high rate, so that the whole case takes minutes.
        model: {Brace("learning_rate: 0.15, num_iterations: 300, early_stopping_round: 20, num_leaves: 15")}
        tune: {Brace("trials: 10, wave: 5")}
        # Each month's models in order; the new one predicts, unless the months so far speak for an earlier one.
        models: [random_forest, decision_tree, logistic_regression, linear_svm, lightgbm_mlnet, naive_bayes]
        promote: measured
        monitor: {Brace("groups: [CODE_GENDER]")}

        """;

    private static SortedDictionary<string, object?> Known(SampleFile file)
    {
        var known = new SortedDictionary<string, object?>(Comparer<string>.Create((a, b) => Order(a) - Order(b)))
        {
            ["rows"] = file.Rows, ["positives"] = file.Positives, ["true_auc"] = file.TrueAuc, ["history_true_auc"] = file.HistoryTrueAuc,
        };
        if (file.TrueAucWithoutSide is { } without)
        {
            known["true_auc_without_side"] = without;
        }

        return known;

        static int Order(string name) => Array.IndexOf(["rows", "positives", "true_auc", "history_true_auc", "true_auc_without_side"], name);
    }

    private static string Brace(string settings) => "{" + settings + "}";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static Truth WriteFile(string path, int file, int rows, long firstId, int seed, BureauReports? reports, CancellationToken cancellation)
    {
        var truth = new Truth();
        using var stream = File.Create(path);
        using var writer = new RowWriter(stream);
        foreach (var column in CreditColumns.Names)
        {
            writer.Text(column);
        }

        if (reports is not null)
        {
            writer.Text(BureauReports.DateColumn);
        }

        writer.EndRow();
        for (var i = 0; i < rows; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var random = new RandomStream((ulong)seed, file, i);
            var applicant = CreditApplicant.Draw(ref random, Files[file].Drift);
            var probability = CreditTruth.Probability(applicant);
            if (reports is not null)
            {
                probability = reports.Draw(i, probability);
            }

            var label = random.Chance(probability);
            truth.Add(probability, label);
            CreditColumns.Write(writer, firstId + i, label ? 1 : 0, applicant, ref random, reports?.Write(firstId + i, label));
        }

        return truth;
    }
}
