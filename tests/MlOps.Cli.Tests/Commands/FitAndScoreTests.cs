using System.Globalization;
using System.IO.Compression;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>The bare learner as a user of LightGBM's command line meets it, against what LightGBM wrote.</summary>
public sealed class FitAndScoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_config_file_gives_LightGBMs_trees_and_the_command_line_wins_over_it()
    {
        Unpack("c16c_weights_l2", "train.csv", "test.csv", "model.txt");
        File.WriteAllText(folder["train.conf"], """
            # settings of the case
            task = train
            data = train.csv   # the label is the first column
            header = true
            weight = name:weight
            objective = regression
            metric = l2
            num_leaves = 15
            num_iterations = 3
            seed = 42
            verbosity = -1
            """);
        var ended = await Fit("config=train.conf", "num_iterations=20", "valid=test.csv", "output_model=own.txt");
        Assert.Equal(Trees(folder["model.txt"]), Trees(folder["own.txt"]));
        Assert.Equal(20, ended.Json.GetProperty("iterations").GetInt32());
        Assert.Equal(3, ended.Json.EnumerateObject().Count(fact => fact.Name is "load_seconds" or "binning_seconds" or "training_seconds" && fact.Value.GetDouble() >= 0));
        Assert.True(ended.Json.GetProperty("peak_memory_mb").GetDouble() > 1);
        Assert.True(ended.Json.GetProperty("metrics").GetProperty("valid_1").GetProperty("l2").GetDouble() > 0);
    }

    [Fact]
    public async Task Labels_1_and_2_with_a_binary_objective_are_refused_and_a_constant_label_is_warned_of()
    {
        File.WriteAllText(folder["two.csv"], "y,a\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{1 + (i % 2)},{i}\n")));
        var two = await MlopsProcess.RunAsync(folder.Path, "fit", "data=two.csv", "header=true", "label=name:y", "objective=binary", "output_model=two.txt");
        Assert.Equal(1, two.ExitCode);
        Assert.Contains("the labels go from 1 to 2: there is only one class", two.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["two.txt"]));

        File.WriteAllText(folder["one.csv"], "y,a\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"1,{i}\n")));
        var one = await MlopsProcess.RunAsync(folder.Path, "fit", "data=one.csv", "header=true", "label=name:y", "objective=binary", "output_model=one.txt");
        Assert.Equal(0, one.ExitCode);
        Assert.Contains("only one class (all are 1)", one.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_or_weight_that_cannot_count_is_told_with_its_file_and_line_and_a_validation_of_one_class_is_told()
    {
        File.WriteAllText(folder["gap.csv"], "a,y\n1,0\n2,\n3,1\n");
        File.WriteAllText(folder["weight.csv"], "a,y,w\n1,0,1\n2,1,-2\n");
        File.WriteAllLines(folder["good.csv"], Enumerable.Range(0, 60).Select(i => $"{i},{i % 2}").Prepend("a,y"));
        File.WriteAllLines(folder["ones.csv"], Enumerable.Range(0, 20).Select(i => $"{i},{(i % 2) + 1}").Prepend("a,y"));

        var gap = await FitAsync("data=gap.csv");
        var weight = await FitAsync("data=weight.csv", "weight=name:w");
        var ones = await FitAsync("data=good.csv", "valid=ones.csv");

        Assert.Equal((1, "mlops: gap.csv line 3: the label 'y' is missing. Fill it, or remove the row."), (gap.ExitCode, gap.Errors.Trim()));
        Assert.Equal((1, "mlops: weight.csv line 3: the weight 'w' is -2; it must be a finite number of at least 0."), (weight.ExitCode, weight.Errors.Trim()));
        Assert.Contains("warning: of the labels of ones.csv all are above 0, which is one class: its metrics say nothing.", ones.Errors, StringComparison.Ordinal);

        Task<Ended> FitAsync(params string[] more) =>
            MlopsProcess.RunAsync(folder.Path, ["fit", "header=true", "label=name:y", "objective=binary", "num_iterations=2", "output_model=m.txt", .. more]);
    }

    [Fact]
    public async Task Weights_beside_the_data_count_as_a_column_of_weights_does()
    {
        Unpack("c16c_weights_l2", "train.csv", "model.txt");
        string[][] records = [.. File.ReadLines(folder["train.csv"]).Skip(1).Select(line => line.Split(','))];
        File.WriteAllLines(folder["bare.csv"], records.Select(cells => string.Join(',', cells[..^1].Select(cell => cell.Length == 0 ? "nan" : cell))));
        File.WriteAllLines(folder["bare.csv.weight"], records.Select(cells => cells[^1]));
        await Fit("data=bare.csv", "header=false", "objective=regression", "num_leaves=15", "num_iterations=20", "seed=42", "output_model=own.txt");
        Assert.Equal(Trees(folder["model.txt"]), Trees(folder["own.txt"]));
    }

    [Fact]
    public async Task Sizes_of_queries_beside_the_data_count_as_a_column_of_query_ids_does()
    {
        string[] rows = [.. Enumerable.Range(0, 300).Select(i => $"{i * 7 % 5 % 3},{i * 37 % 101},{i * 53 % 17}")];
        int[] queries = [.. Enumerable.Range(0, 30).Select(q => 5 + (q % 11))];
        queries[^1] += 300 - queries.Sum();
        int[] ids = [.. queries.SelectMany((size, query) => Enumerable.Repeat(query, size))];
        File.WriteAllLines(folder["beside.csv"], rows);
        File.WriteAllLines(folder["beside.csv.query"], queries.Select(size => $"{size}"));
        File.WriteAllLines(folder["column.csv"], rows.Select((row, i) => $"{row},{ids[i]}"));
        string[] settings = ["header=false", "objective=lambdarank", "num_leaves=5", "num_iterations=5", "min_data_in_leaf=5"];
        await Fit(["data=beside.csv", "output_model=beside.txt", .. settings]);
        await Fit(["data=column.csv", "group=2", "output_model=column.txt", .. settings]);
        Assert.Equal(Trees(folder["column.txt"]), Trees(folder["beside.txt"]));
        Assert.NotEmpty(Trees(folder["beside.txt"]));
    }

    [Fact]
    public async Task Start_scores_beside_the_data_are_where_training_starts_and_are_no_part_of_the_model()
    {
        string[] rows = [.. Enumerable.Range(0, 200).Select(i => $"{100 + (i * 7 % 5)},{i * 37 % 101},{i * 53 % 17}")];
        File.WriteAllLines(folder["train.csv"], rows);
        File.WriteAllLines(folder["train.csv.init"], Enumerable.Repeat("100", 200));
        string[] settings = ["data=train.csv", "header=false", "objective=regression", "num_leaves=5", "num_iterations=5", "num_threads=1"];
        await Fit([.. settings, "output_model=started.txt"]);

        // Labels less the start score, learned without one, give the same trees.
        File.Delete(folder["train.csv.init"]);
        File.WriteAllLines(folder["train.csv"], rows.Select(row => $"{int.Parse(row[..3], CultureInfo.InvariantCulture) - 100}{row[3..]}"));
        await Fit([.. settings, "boost_from_average=false", "output_model=shifted.txt"]);
        Assert.Equal(Trees(folder["shifted.txt"]), Trees(folder["started.txt"]));
        Assert.NotEmpty(Trees(folder["started.txt"]));
    }

    [Theory]
    [InlineData(".query", "150\nx\n", "line 2")]
    [InlineData(".weight", "1\n1\n", "2")]
    [InlineData(".init", "1\n", "1")]
    [InlineData(".query", "150\n", "150")]
    public async Task A_file_beside_the_data_that_does_not_fit_is_refused(string extension, string content, string said)
    {
        File.WriteAllLines(folder["train.csv"], Enumerable.Range(0, 200).Select(i => $"{i % 2},{i * 37 % 101}"));
        File.WriteAllText(folder["train.csv" + extension], content);
        var ended = await MlopsProcess.RunAsync(folder.Path, "fit", "data=train.csv", "header=false", "output_model=own.txt");
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains(said, ended.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["own.txt"]));
    }

    [Fact]
    public async Task Several_validation_sets_are_measured_and_stop_the_training()
    {
        Unpack("c08_early_stopping", "train.csv", "valid.csv", "test.csv", "model.txt");
        var ended = await Fit(
            "data=train.csv", "valid=valid.csv,test.csv,train.csv", "header=true", "objective=binary", "metric=auc,binary_logloss", "num_leaves=15",
            "learning_rate=0.05", "num_iterations=1000", "early_stopping_round=50", "seed=42", "verbosity=1", "output_model=own.txt");
        Assert.InRange(ended.Json.GetProperty("best_iteration").GetInt32(), 1, 999);
        string[] sets = [.. ended.Json.GetProperty("metrics").EnumerateObject().Select(set => set.Name)];
        Assert.Equal(["training", "valid_1", "valid_2"], sets.Order());
        Assert.Contains("Iteration:1, valid_2 auc : ", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scores_leaves_and_contributions_are_those_of_LightGBM()
    {
        Unpack("c11_multiclass", "test.csv", "model.txt", "pred.csv", "pred_raw.csv", "leaf.csv", "contrib.csv");
        await CompareScores("pred.csv");
        await CompareScores("pred_raw.csv", "predict_raw_score=true");
        await CompareScores("leaf.csv", "predict_leaf_index=true");
        await CompareScores("contrib.csv", "predict_contrib=true");
    }

    [Fact]
    public async Task Label_and_categories_are_named_by_name_or_by_position()
    {
        Unpack("c06c_cat_missing_unseen", "train.csv", "params.json", "model.txt");
        string[] names = File.ReadLines(folder["train.csv"]).First().Split(',')[1..];
        int[] categorical = [.. System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder["params.json"])).RootElement.GetProperty("categorical_feature").EnumerateArray().Select(item => item.GetInt32())];
        string[] settings = [.. Settings("params.json"), "data=train.csv", "header=true"];
        await Fit([.. settings, "label=name:label", "categorical_feature=name:" + string.Join(',', categorical.Select(i => names[i])), "output_model=byname.txt"]);
        await Fit([.. settings, "label=0", "categorical_feature=" + string.Join(',', categorical), "output_model=byindex.txt"]);
        Assert.Equal(Trees(folder["model.txt"]), Trees(folder["byname.txt"]));
        Assert.Equal(Trees(folder["model.txt"]), Trees(folder["byindex.txt"]));
    }

    [Fact]
    public async Task Training_continues_from_a_model_and_from_binned_files()
    {
        Unpack("c01_regression_l2", "train.csv", "test.csv");
        string[] settings = ["header=true", "objective=regression", "num_leaves=7", "verbosity=-1", "valid=test.csv"];
        await Fit([.. settings, "data=train.csv", "num_iterations=4", "output_model=first.txt", "save_binary=true"]);
        await Fit([.. settings, "data=train.csv", "num_iterations=6", "input_model=first.txt", "output_model=both.txt"]);
        await Fit([.. settings, "data=train.csv", "num_iterations=10", "output_model=once.txt"]);
        double[] both = await Predict("both.txt");
        double[] once = await Predict("once.txt");
        Assert.Equal(10, Trees(folder["both.txt"]).Count(line => line.StartsWith("Tree=", StringComparison.Ordinal)));
        Assert.All(both.Zip(once), pair => Assert.Equal(pair.Second, pair.First, 1e-6));

        await Fit(["header=true", "objective=regression", "num_leaves=7", "verbosity=-1", "data=train.csv.bin", "valid=test.csv.bin", "num_iterations=10", "output_model=binned.txt"]);
        Assert.Equal(Trees(folder["once.txt"]), Trees(folder["binned.txt"]));
    }

    [Theory]
    [InlineData("did you mean", "num_leafs=3")]
    [InlineData("no_such.conf", "config=no_such.conf")]
    [InlineData("task=refit", "task=refit")]
    [InlineData("features", "valid=narrow.csv")]
    [InlineData("line 2", "data=text.csv")]
    public async Task What_cannot_be_done_is_said_and_no_model_is_written(string said, string setting)
    {
        File.WriteAllText(folder["a.csv"], "y,a,b\n1,2,3\n0,1,2\n");
        File.WriteAllText(folder["narrow.csv"], "y,a\n1,2\n");
        File.WriteAllText(folder["text.csv"], "y,a,b\n1,red,3\n");
        string[] arguments = setting.StartsWith("data=", StringComparison.Ordinal) ? [setting] : ["data=a.csv", setting];
        var ended = await MlopsProcess.RunAsync(folder.Path, ["fit", .. arguments, "header=true", "objective=binary", "output_model=m.txt"]);
        Assert.True(ended.ExitCode is 1 or 2, ended.Errors);
        Assert.Contains(said, ended.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(folder["m.txt"]));
    }

    private async Task<Ended> Fit(params string[] settings)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, ["fit", "--json", .. settings]);
        Assert.True(ended.ExitCode == 0, ended.Errors);
        return ended;
    }

    private async Task<double[]> Predict(string model)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, "score", "data=test.csv", "header=true", "input_model=" + model, "output_result=p.csv");
        Assert.True(ended.ExitCode == 0, ended.Errors);
        return [.. File.ReadLines(folder["p.csv"]).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }

    private async Task CompareScores(string expected, params string[] settings)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, ["score", "--json", "data=test.csv", "header=true", "input_model=model.txt", "output_result=own.csv", .. settings]);
        Assert.True(ended.ExitCode == 0, ended.Errors);
        double[][] theirs = Numbers(expected, 1);
        double[][] own = Numbers("own.csv", 0);
        Assert.Equal(ended.Json.GetProperty("rows").GetInt32(), own.Length);
        Assert.True(theirs.Length > 0 && theirs.Length <= own.Length);
        for (int row = 0; row < theirs.Length; row++)
        {
            Assert.Equal(theirs[row].Length, own[row].Length);
            Assert.All(theirs[row].Zip(own[row]), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    private double[][] Numbers(string file, int headerLines) =>
        [.. File.ReadLines(folder[file]).Skip(headerLines).Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];

    // Trees without what depends on the text around them.
    private static string[] Trees(string model) =>
        [.. File.ReadLines(model).SkipWhile(line => !line.StartsWith("Tree=", StringComparison.Ordinal)).TakeWhile(line => line != "end of trees")];

    private IEnumerable<string> Settings(string file) =>
        System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder[file])).RootElement.EnumerateObject()
            .Where(item => item.Name is not ("categorical_feature" or "metric"))
            .Select(item => $"{item.Name}={item.Value.ToString().ToLowerInvariant()}");

    private void Unpack(string name, params string[] files)
    {
        foreach (string file in files)
        {
            string source = Shared.Fixture("lightgbm", name, file);
            if (File.Exists(source))
            {
                File.Copy(source, folder[file]);
                continue;
            }

            using var packed = new GZipStream(File.OpenRead(source + ".gz"), CompressionMode.Decompress);
            using FileStream unpacked = File.Create(folder[file]);
            packed.CopyTo(unpacked);
        }
    }
}
