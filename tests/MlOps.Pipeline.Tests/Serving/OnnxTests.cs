using System.Globalization;
using MlOps.Learning.Tests.Onnx;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Serving;

/// <summary>A model as ONNX, scored by OnnxRuntime from the cells of a file as a stranger would read them, beside the product's own answers to that file.</summary>
public sealed class OnnxTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Rows = 10_000;
    private const string Fast = "model: {num_iterations: 60, learning_rate: 0.2}\n";

    [Theory]
    [InlineData("credit-default", "label: default payment next month\nid: ID\ncategorical: [SEX, EDUCATION, MARRIAGE]\n" + Fast)]
    [InlineData("bank-marketing", "label: y\nexclude: [duration]\nmissing: native\ncategories: native\noutput: {threshold: 0.1}\n" + Fast)]
    [InlineData("bike-sharing", "task: regression\nlabel: cnt\nid: instant\nexclude: [casual, registered]\ncategorical: [season, weathersit, hr]\ncategories: onehot_drop_first\n" + Fast)]
    public async Task Ten_thousand_rows_of_a_real_table_with_missing_and_unseen_cells_score_within_a_millionth(string data, string definition)
    {
        var (header, rows, delimiter) = RealTable(data);
        await CheckAsync(definition, header, rows, delimiter);
    }

    [Theory]
    [InlineData("task: binary\nlabel: flag\npositive: no\n")]
    [InlineData("task: multiclass\nlabel: kind\ncategories: native\n")]
    [InlineData("task: multiclass\nlabel: kind\nmissing: {numeric: -1, text: none}\ncsv: {missing: [\"?\"], columns: {b: {missing: [\"-7\"]}}}\n")]
    [InlineData("task: regression\nlabel: b\nmissing: native\ncategories: onehot_drop_first\n")]
    [InlineData("label: flag\nmodels: {compare: [logistic_regression], promote: [logistic_regression]}\n", "logistic_regression")]
    [InlineData("label: flag\nmodels: {compare: [random_forest], promote: [random_forest]}\n", "random_forest")]
    public async Task So_do_rows_with_times_accents_truth_and_columns_of_any_name_whatever_the_task_and_learner(string definition, string? learner = null)
    {
        var (header, rows) = OddTable();
        await CheckAsync(definition + "id: id\n" + Fast, header, rows, ',', learner);
    }

    private async Task CheckAsync(string definition, string[] header, List<string[]> rows, char delimiter, string? learner = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var pipeline = await TestPipeline.CreateAsync(azurite, definition, learner: learner);
        var learned = rows.Take(2500).ToList();
        var run = await pipeline.RunAsync(
            await pipeline.DropAsync("20240101", Csv(header, rows.Skip(2500).Take(50), delimiter)), await pipeline.DropAsync("initial", Csv(header, learned, delimiter)));
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, cancellation);
        var model = served.ToOnnx(pipeline.Pipeline);
        using var onnx = new OnnxScorer(model.Bytes);

        var (probes, unseen, missing) = Probes(header, rows, onnx);
        Assert.True(unseen > Rows / 10 && missing > Rows / 10);
        var own = served.Score(ScoringBody.FromCsv(System.Text.Encoding.UTF8.GetBytes(Csv(header, probes, delimiter))), cancellation: cancellation);
        var columns = onnx.Inputs.ToDictionary(name => name, name => Feed(probes, Array.IndexOf(header, name), onnx.IsText(name)));

        Assert.Equal(Rows, own.Count);
        var regression = served.Task == TaskKind.Regression;
        var scores = onnx.Run<double>(columns, model.Outputs[0]);
        Assert.Equal(own.Scores.Length, scores.Length);
        var furthest = scores.Zip(own.Scores.ToArray(), (theirs, ours) => Math.Abs(theirs - ours) / Math.Max(1, Math.Abs(ours))).Max();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scores.Length} scores, {missing} missing and {unseen} unseen cells: at most {furthest:0.0e0} apart; {model.Bytes.Length} bytes"));
        Assert.InRange(furthest, 0, 1e-6);
        Assert.InRange(own.Scores.ToArray().Distinct().Count(), 20, int.MaxValue);
        if (!regression)
        {
            // Where two classes are as good as equal, either may be named.
            var classes = onnx.Run<string>(columns, model.Outputs[1]);
            Assert.All(Enumerable.Range(0, Rows).Where(i => classes[i] != own[i].Prediction), i => Assert.True(own.Width == 1
                ? Math.Abs(own.Scores[i] - served.Version.Threshold) < 1e-6
                : own[i].Probabilities!.OrderDescending().Take(2).Aggregate((first, second) => first - second) < 1e-6));
            Assert.True(classes.Distinct().Count() > 1);
        }
    }

    private static (List<string[]> Rows, int Unseen, int Missing) Probes(string[] header, List<string[]> rows, OnnxScorer onnx)
    {
        var random = new Random(5);
        var (probes, unseen, missing) = (new List<string[]>(Rows), 0, 0);
        var inputs = onnx.Inputs.ToDictionary(name => Array.IndexOf(header, name), onnx.IsText);
        for (var i = 0; i < Rows; i++)
        {
            var cells = (string[])rows[random.Next(rows.Count)].Clone();
            foreach (var (at, isText) in inputs)
            {
                switch (random.Next(12))
                {
                    case 0:
                        cells[at] = "";
                        missing++;
                        break;
                    case 1 when isText:
                        cells[at] = "never seen";
                        unseen++;
                        break;
                    case 2:
                        // Another row's cell: combinations that nobody had.
                        cells[at] = rows[random.Next(rows.Count)][at];
                        break;
                    case 3 when !isText && double.TryParse(cells[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                        cells[at] = (number * 1.37).ToString("R", CultureInfo.InvariantCulture);
                        break;
                }
            }

            probes.Add(cells);
        }

        return (probes, unseen, missing);
    }

    private static Array Feed(List<string[]> rows, int at, bool isText) => isText
        ? rows.Select(row => row[at]).ToArray()
        : rows.Select(row => row[at].Length == 0 ? double.NaN
            : double.TryParse(row[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : (DateTime.Parse(row[at], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).TotalSeconds).ToArray();

    private static string Csv(string[] header, IEnumerable<string[]> rows, char delimiter) =>
        string.Concat(rows.Prepend(header).Select(row => string.Join(delimiter, row.Select(cell => cell.Contains(delimiter, StringComparison.Ordinal) ? $"\"{cell}\"" : cell)) + "\n"));

    private static (string[] Header, List<string[]> Rows, char Delimiter) RealTable(string data)
    {
        var file = Directory.GetFiles(Shared.DataPath("data", data, "drops"), "initial.csv*").Single();
        using var packed = File.OpenRead(file);
        using var stream = file.EndsWith(".gz", StringComparison.Ordinal) ? (Stream)new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Decompress) : packed;
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        whole.Position = 0;
        var delimiter = data == "bank-marketing" ? ';' : ',';
        var records = CsvFile.ReadRecords(whole, new CsvReadOptions { Delimiter = delimiter }).ToList();
        // Rows in order of time are mixed, so that what is learned from has every season and every class.
        var rows = records.Skip(1).ToArray();
        new Random(1).Shuffle(rows);
        return (records[0], [.. rows], delimiter);
    }

    // Names as nodes and outputs have them, cells that mean a missing one by some of the definitions, times before 1970 and on leap days, truth, a column whose cells are all the same.
    private static (string[] Header, List<string[]> Rows) OddTable()
    {
        var random = new Random(9);
        string[] kinds = ["é", "naïve, or not", "z"];
        var rows = new List<string[]>();
        for (var i = 0; i < 3000; i++)
        {
            var (a, kind, time) = (random.NextDouble(), random.Next(3), DateTime.UnixEpoch.AddDays(random.Next(-60_000, 60_000)).AddSeconds(random.Next(86_400)));
            var yes = random.NextDouble() < 0.2 + (a * 0.4) + (kind == 1 ? 0.2 : 0) + (time.Month == 2 ? 0.2 : 0);
            rows.Add([
                (i + 1).ToString(CultureInfo.InvariantCulture), a.ToString("0.00000", CultureInfo.InvariantCulture),
                random.Next(9) == 0 ? "" : random.Next(20) == 0 ? "-7" : ((a * 100) + (kind * 10) + random.Next(20)).ToString("R", CultureInfo.InvariantCulture),
                random.Next(9) == 0 ? "" : random.Next(20) == 0 ? "?" : kinds[kind], i == 0 ? "2000-02-29 23:59:59" : time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                random.Next(2) == 0 ? "true" : "false", "same", yes ? "yes" : "no", kinds[yes ? kind : 0][..1],
            ]);
        }

        return (["id", "Concat_9", "b", "probability", "prediction", "constant_3", "one", "flag", "kind"], rows);
    }
}
