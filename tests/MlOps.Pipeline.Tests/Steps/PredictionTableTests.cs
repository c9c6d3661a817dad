using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class PredictionTableTests(AzuriteFixture azurite)
{
    private const string Formats = "output: {format: [csv, parquet], reasons: 2}\n";

    public static TheoryData<string, string> Tasks => new()
    {
        { "binary", SmallCase.Definition },
        { "regression", "label: A\nid: ID\ntask: regression\nmodel: {num_iterations: 10, min_data_in_leaf: 5}" },
        { "multiclass", "label: KIND\nid: ID\ntask: multiclass\nmodel: {num_iterations: 5, min_data_in_leaf: 5}" },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public async Task The_Parquet_file_holds_what_the_CSV_holds_with_types(string task, string definition)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{definition}\n{Formats}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(300, 1));
        var drop = await pipeline.DropAsync("20201001", SmallCase.Csv(80, 2, firstId: 1000));
        var run = await pipeline.RunAsync(drop, initial);

        var csv = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');
        var bytes = await BytesAsync(pipeline, run.Predict.RequireKey(), "predictions.parquet");
        var (table, details) = ParquetFile.Read(new MemoryStream(bytes));
        Assert.Equal(run.Predict.ParquetSha256, ContentHash.Of(bytes));
        Assert.Equal(run.Predict.ModelSha256, details.Facts["mlops.model"]);
        Assert.Equal(csv[0].Split(','), table.Columns.Select(c => c.Name));
        Assert.Equal(csv.Length - 1, table.RowCount);
        var plain = csv[0].Split(',').Length - 2;
        for (var row = 0; row < table.RowCount; row++)
        {
            // Reasons are guarded against spreadsheets in the CSV, so only what stands before them is the same text.
            Assert.Equal(csv[row + 1].Split(',')[..plain], table.Columns.Take(plain).Select(c => c.Text(row)));
        }

        Assert.Equal(ColumnKind.Text, table["ID"].Kind);
        Assert.True(details.Find("ID") is { Role: "id", Required: true, Whole: true });
        Assert.Equal(task == "multiclass" ? ColumnKind.Text : ColumnKind.Number, table["TARGET"].Kind);
        Assert.All(table.Columns.Take(plain), c => Assert.Equal(0, c.MissingCount));
    }

    [Fact]
    public async Task Without_the_format_nothing_of_a_prediction_changes_and_with_it_the_CSV_stays_the_same()
    {
        var without = await RunAsync("");
        var with = await RunAsync("output: {format: [csv, parquet]}\n");
        Assert.Null(without.Predict.ParquetSha256);
        Assert.Equal(without.Predict.PredictionsSha256, with.Predict.PredictionsSha256);
        Assert.NotEqual(without.Predict.RequireKey(), with.Predict.RequireKey());

        async Task<TestRun> RunAsync(string more)
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\n{more}");
            var initial = await pipeline.DropAsync("initial", SmallCase.Csv(300, 1));
            return await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(80, 2, firstId: 1000)), initial);
        }
    }

    [Fact]
    public async Task A_feature_file_holds_id_period_features_and_label_with_what_they_mean()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\ndescribe: {{A: Share of something, B: {{meaning: Weight, unit: kg}}}}\n");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(300, 1));
        var drop = await pipeline.DropAsync("20201001", SmallCase.Csv(80, 2, firstId: 1000, label: false));
        var step = pipeline.Steps.FeatureFile;
        var asked = new FeatureFileInput("run", TestPipeline.Name, pipeline.DefinitionHash, drop, initial);
        var made = await step.RunAsync(asked, TestContext.Current.CancellationToken);
        var history = await step.RunAsync(asked with { Drop = initial }, TestContext.Current.CancellationToken);
        var (table, details) = ParquetFile.Read(new MemoryStream(await BytesAsync(pipeline, made.RequireKey(), "features.parquet")));
        var learned = ParquetFile.Read(new MemoryStream(await BytesAsync(pipeline, history.RequireKey(), "features.parquet"))).Table;

        Assert.Equal(["ID", "_period", "A", "B", "KIND"], table.Columns.Select(c => c.Name));
        Assert.Equal(["ID", "_period", "A", "B", "KIND", "TARGET"], learned.Columns.Select(c => c.Name));
        Assert.Equal((80, 3), (made.Rows, made.Features));
        var lines = SmallCase.Csv(80, 2, firstId: 1000, label: false).Split('\n');
        for (var row = 0; row < 80; row++)
        {
            Assert.Equal(lines[row + 1].Split(','), ((string[])["ID", "A", "B", "KIND"]).Select(name => table[name].Text(row) ?? ""));
            Assert.Equal("20201001", table["_period"].Text(row));
        }

        Assert.Equal(pipeline.DefinitionHash, details.Facts["mlops.definition"]);
        Assert.Equal(new ParquetColumn("B") { Kind = ColumnKind.Number, Role = "feature", Description = "Weight", Unit = "kg" }, details.Find("B"));
        Assert.True((await step.RunAsync(asked with { RunId = "again" }, TestContext.Current.CancellationToken)).Step!.Skipped);
    }

    [Fact]
    public async Task Pandas_reads_the_same_values()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python) && (await PythonAsync(python, "-c", "import pandas; pandas.io.parquet.get_engine('auto')")).Code == 0, "pandas with pyarrow or fastparquet is not installed here.");
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\noutput: {{format: [csv, parquet]}}\n");
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(80, 2, firstId: 1000)), await pipeline.DropAsync("initial", SmallCase.Csv(300, 1)));
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["predictions.csv", "predictions.parquet"])
        {
            await File.WriteAllBytesAsync(folder[name], await BytesAsync(pipeline, run.Predict.RequireKey(), name), TestContext.Current.CancellationToken);
        }

        var (code, told) = await PythonAsync(python, Path.Combine(Shared.Repository, "tests", "Fixtures", "parquet", "same_values.py"), folder["predictions.csv"], folder["predictions.parquet"]);
        Assert.True(code == 0, told);
        Assert.Equal("240", told.Trim());
    }

    private static async Task<(int Code, string Told)> PythonAsync(string python, params string[] arguments)
    {
        using var process = global::System.Diagnostics.Process.Start(new global::System.Diagnostics.ProcessStartInfo(python, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, told + await errors);
    }

    private static async Task<byte[]> BytesAsync(TestPipeline pipeline, string key, string output)
    {
        await using var stream = await pipeline.Steps.Runner.OpenAsync(pipeline.Pipeline, key, output);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
