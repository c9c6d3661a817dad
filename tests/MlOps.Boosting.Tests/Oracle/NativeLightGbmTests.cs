using System.Globalization;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Oracle;

/// <summary>
/// Random data and parameters beside native LightGBM 4.7: the trees are the same text, predictions the same bits, and each reads what the other wrote. MLOPS_ORACLE_CASES says
/// how many (200 in the suite), MLOPS_TEST_SEED which. One difference is known and counted apart: where a bag of a random forest cannot be split, LightGBM's tree holds the root's
/// output without the start score, ours 0; the forest's other trees are compared.
/// </summary>
public sealed class NativeLightGbmTests(ITestOutputHelper output)
{
    [Fact]
    public void Random_cases_give_native_LightGBMs_trees_predictions_and_contributions()
    {
        var (count, first) = (Number("MLOPS_ORACLE_CASES", 200), Number("MLOPS_TEST_SEED", 1) * 100_000);
        var differences = new List<string>();
        var (same, refused, unsplit, trees) = (0, 0, 0, 0L);
        using var native = NativeLightGbmProcess.Open();
        for (var i = 0; i < count; i++)
        {
            var drawn = OracleCase.Draw(first + i);
            Parameters parameters;
            try
            {
                parameters = Parameters.Parse(drawn.Settings);
            }
            catch (ParameterException e)
            {
                differences.Add($"seed {drawn.Seed}: ours refuses: {e.Message} ({drawn.Text})");
                continue;
            }

            using var rows = Dataset.Create(drawn.Columns, drawn.Names, drawn.Label, parameters, weight: drawn.Weight);
            var booster = Booster.Train(parameters, rows, cancellation: TestContext.Current.CancellationToken);
            var text = booster.SaveToString();
            var answer = native.Ask(drawn, text);
            if (answer.Problem is { } problem)
            {
                refused++;
                differences.Add($"seed {drawn.Seed}: native LightGBM refuses what ours trains: {problem} ({drawn.Text})");
                continue;
            }

            trees += booster.NumberOfTrees;
            unsplit += IsUnsplitForest(drawn, answer) ? 1 : 0;
            if (Difference(drawn, booster, text, answer) is { } difference)
            {
                differences.Add($"seed {drawn.Seed}: {difference} ({drawn.Label.Length} rows, {drawn.Columns.Length} columns, {(drawn.Weight is null ? "" : "weights, ")}{drawn.Text})");
            }
            else
            {
                same++;
            }
        }

        output.WriteLine($"{same} of {count} cases from seed {first} on are the same, {trees} trees; {unsplit} forests with a tree that cannot be split; {refused} refused.");
        Assert.True(differences.Count == 0, $"{same} of {count} cases are the same.\n{string.Join('\n', differences.Take(20))}");
    }

    private static string? Difference(OracleCase drawn, Booster ours, string text, NativeAnswer native)
    {
        var isUnsplit = IsUnsplitForest(drawn, native);
        var (expected, actual) = (Trees(native.ModelText, isUnsplit), Trees(text, isUnsplit));
        if (expected != actual)
        {
            var (a, b) = (expected.Split('\n'), actual.Split('\n'));
            var at = Enumerable.Range(0, Math.Min(a.Length, b.Length)).FirstOrDefault(i => a[i] != b[i], Math.Min(a.Length, b.Length));
            var tree = a.Take(at + 1).LastOrDefault(line => line.StartsWith("Tree=", StringComparison.Ordinal));
            return $"{tree}, line '{Short(at < b.Length ? b[at] : "(end)")}' where LightGBM has '{Short(at < a.Length ? a[at] : "(end)")}'";
        }

        var read = Booster.Load(native.ModelText);
        for (var kind = 0; kind < 4; kind++)
        {
            var name = ((PredictionKind)kind).ToString();
            if (!isUnsplit && !Same(native.Own[kind], ours.Predict(drawn.Test, (PredictionKind)kind, threads: 1)))
            {
                return $"{name} differs";
            }

            if (!Same(native.Own[kind], read.Predict(drawn.Test, (PredictionKind)kind, threads: 2)))
            {
                return $"{name} of LightGBM's text, read by ours, differs";
            }

            if (!isUnsplit && !Same(native.Own[kind], native.Others[kind]))
            {
                return $"{name} of our text, read by LightGBM, differs";
            }
        }

        return null;
    }

    private static bool Same(double[] expected, double[] actual) => expected.AsSpan().SequenceEqual(actual);

    private static bool IsUnsplitForest(OracleCase drawn, NativeAnswer native) =>
        drawn.Settings.GetValueOrDefault("boosting") == "rf" && native.ModelText.Contains("\nnum_leaves=1\n", StringComparison.Ordinal);

    // The text of the trees; sizes before them follow from it.
    private static string Trees(string text, bool splitOnly)
    {
        var start = text.IndexOf("Tree=0", StringComparison.Ordinal);
        var trees = start < 0 ? "" : text[start..text.IndexOf("end of trees", StringComparison.Ordinal)];
        return splitOnly ? string.Join("\n\n", trees.Split("\n\n").Where(tree => !tree.Contains("\nnum_leaves=1\n", StringComparison.Ordinal))) : trees;
    }

    private static string Short(string line) => line.Length <= 160 ? line : line[..160] + "…";

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
