using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Categories that training saw, and those that it never saw.</summary>
public sealed class CategoryTests(AzuriteFixture azurite)
{
    private const string Definition = "label: TARGET\nid: ID\n" + WrittenCase.Model;

    // A is a class of its own: 84 % positive, the others 10 %.
    private static readonly string History = WrittenCase.Csv("ID,BRANCH,X,TARGET", 1500, (i, u) =>
        [i, "ABCD"[i % 4], Math.Round(u[0], 3), u[1] < (i % 4 == 0 ? 0.84 : 0.1) ? 1 : 0]);

    private static readonly string Drop = "ID,BRANCH,X\n9001,A,0.5\n9002,B,0.5\n9003,Z,0.5\n9004,C,0.5\n9005,D,0.5\n";

    [Fact]
    public async Task A_category_that_training_never_saw_is_none_of_those_that_it_saw()
    {
        var (run, scores) = await RunAsync(Definition);

        Assert.InRange(scores["9001"], 0.7, 0.95);
        Assert.InRange(scores["9002"], 0.02, 0.25);
        Assert.NotEqual(scores["9001"], scores["9003"]);
        Assert.InRange(scores["9003"], 0, 0.5);
        var warning = Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category");
        Assert.Contains("'Z' (1)", warning.Message, StringComparison.Ordinal);
        Assert.Contains("all features of the column are 0", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AB", "")]
    [InlineData("ABC", "")]
    [InlineData("AB", "validation: holdout\n")]
    [InlineData("AB", "missing: native\n")]
    public async Task An_unseen_category_lies_between_the_known_ones_also_where_there_are_only_two(string known, string more)
    {
        // A is 84 % positive, the others 10 %.
        var history = WrittenCase.Csv("ID,BRANCH,X,TARGET", 1500, (i, u) =>
            [i, known[i % known.Length], Math.Round(u[0], 3), u[1] < (i % known.Length == 0 ? 0.84 : 0.1) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + more);
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,BRANCH,X\na,A,0.5\nb,B,0.5\nz,Z,0.5\n");

        var run = await pipeline.RunAsync(drop, initial);

        var scores = (await pipeline.PredictionsAsync(run.Predict))[1..].ToDictionary(r => r[0], r => Number(r[2]));
        Assert.InRange(scores["a"], 0.6, 0.95);
        Assert.InRange(scores["b"], 0.02, 0.25);
        Assert.InRange(scores["z"], scores["b"] + 0.05, scores["a"] - 0.05);
        Assert.Contains("like the mean of the known categories", Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_transform_that_knows_nothing_of_turns_says_what_its_trees_do()
    {
        // As the release before wrote it.
        const string Json = """
            {"version":2,"missingNative":false,"missingNumber":-999,"missingText":"NAN","columns":[
              {"column":"SMOKER","encoding":"oneHot","features":["SMOKER_no","SMOKER_yes"],"categories":["no","yes"]}]}
            """;
        var transform = Transform.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Json)));
        var findings = new List<Finding>();

        var features = TransformApply.Apply(transform, new Table([TextColumn.FromTexts("SMOKER", ["no", "yes", "never"])]), [0, 1, 2], findings);

        Assert.Equal([1, 0, 0], features[0]);
        Assert.Equal([0, 1, 0], features[1]);
        Assert.Null(transform.OneHotGroups());
        Assert.Contains("all known categories but one", Assert.Single(findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropping_the_first_category_can_be_asked_for_and_the_warning_says_what_it_does()
    {
        var (run, scores) = await RunAsync(Definition + "categories: onehot_drop_first\n");

        Assert.Equal(4, run.ScoreFeatures.Features);
        Assert.Equal(scores["9001"], scores["9003"]);
        var warning = Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category");
        Assert.Contains("To the model it is 'A'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_learner_s_own_categories_an_unseen_one_is_a_missing_value()
    {
        var (run, scores) = await RunAsync(Definition + "categories: native\n");

        Assert.NotEqual(scores["9001"], scores["9003"]);
        Assert.Contains("a missing value", Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model: {num_leaves: 7, num_iterations: 1, learning_rate: 1, min_data_in_leaf: 5}\n", "all known categories but one")]
    [InlineData("model: {num_leaves: 7, num_iterations: 2, learning_rate: 0.5, min_data_in_leaf: 5}\n", "rounds for 4 categories, so not all had their turn")]
    [InlineData(WrittenCase.Model, "like the mean of the known categories")]
    public async Task What_is_said_of_an_unseen_category_is_what_the_model_does_with_it(string model, string said)
    {
        // Three branches of their own and D, which the others leave over: one tree asks for A, B and C, and Z goes with D.
        var history = WrittenCase.Csv("ID,BRANCH,X,TARGET", 2000, (i, u) => [i, "ABCD"[i % 4], Math.Round(u[0], 3), u[1] < (i % 4) switch { 0 => 0.95, 1 => 0.7, 2 => 0.35, _ => 0.05 } ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: TARGET\nid: ID\n" + model);
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", Drop);

        var run = await pipeline.RunAsync(drop, initial);

        var scores = (await pipeline.PredictionsAsync(run.Predict))[1..].ToDictionary(r => r[0], r => Number(r[2]));
        Assert.Equal(model.Contains("num_iterations: 1,", StringComparison.Ordinal), scores.Where(s => s.Key != "9003").Any(s => s.Value.Equals(scores["9003"])));
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        var answer = served.Score(JsonRows.Read("""[{"BRANCH":"Z","X":0.5}]"""u8.ToArray()), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(scores["9003"], answer[0].Score);
        Assert.Contains(said, Assert.Single(answer.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declared_category_is_its_text_and_not_its_number()
    {
        string[] versions = ["1.1", "1.10", "1.2"];
        var history = WrittenCase.Csv("ID,VERSION,X,TARGET", 900, (i, u) => [i, versions[i % 3], Math.Round(u[0], 3), u[1] < (i % 3 == 1 ? 0.9 : 0.1) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + "categorical: [VERSION]\n");
        var initial = await pipeline.DropAsync("initial", history);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20240101", "ID,VERSION,X\na,1.1,0.5\nb,1.10,0.5\nc,1.2,0.5\nd,1.20,0.5\n"), initial);

        var rows = (await pipeline.PredictionsAsync(run.Predict))[1..];
        Assert.True(Number(rows[1][2]) > 0.7 && Number(rows[0][2]) < 0.3, string.Join(' ', rows.Select(r => r[2])));
        Assert.Contains("As a number it is '1.2'", Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_training_does_not_show_how_numbers_are_written_another_spelling_is_the_known_number_and_told()
    {
        var transform = new Transform(3, false, -999, "NAN", [new ColumnTransform("V", ColumnEncoding.OneHot, ["V_1.1", "V_1.2"], ["1.1", "1.2"], true)]);
        var findings = new List<Finding>();

        var features = TransformApply.Apply(transform, new Table([TextColumn.FromTexts("V", ["1.1", "1.10"])]), [0, 1], findings);

        Assert.Equal([1, 1], features[0]);
        Assert.Contains("Column 'V' has '1.10' where the training rows have '1.1', the same number", Assert.Single(findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_transform_that_dropped_the_first_category_still_does()
    {
        // As every release before wrote it.
        const string Json = """
            {"version":1,"missingNative":false,"missingNumber":-999,"missingText":"NAN","columns":[
              {"column":"SMOKER","encoding":"oneHot","features":["SMOKER_True"],"categories":["False","True"]}]}
            """;
        var transform = Transform.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Json.Replace("oneHot", "OneHot", StringComparison.Ordinal))));
        var table = new Table([TextColumn.FromTexts("SMOKER", ["False", "True", "TRUE", "true", "false", "never"])]);

        var features = TransformApply.Apply(transform, table, [0, 1, 2, 3, 4, 5]);

        Assert.Equal([0, 1, 1, 1, 0, 0], Assert.Single(features));
    }

    [Fact]
    public async Task True_is_true_however_a_file_writes_it()
    {
        var history = WrittenCase.Csv("ID,SMOKER,X,TARGET", 1000, (i, u) => [i, i % 2 == 0 ? "True" : "False", Math.Round(u[0], 3), u[1] < (i % 2 == 0 ? 0.88 : 0.13) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,SMOKER,X\n1t,True,0.5\n2t,TRUE,0.5\n3t,true,0.5\n4t,1,0.5\n1f,False,0.5\n2f,FALSE,0.5\n3f,false,0.5\n4f,0,0.5\n");

        var run = await pipeline.RunAsync(drop, initial);

        var rows = (await pipeline.PredictionsAsync(run.Predict))[1..];
        Assert.Single(rows[..4].Select(r => r[2]).Distinct());
        Assert.Single(rows[4..].Select(r => r[2]).Distinct());
        Assert.InRange(Number(rows[0][2]), 0.8, 0.95);
        Assert.InRange(Number(rows[4][2]), 0.02, 0.3);
        Assert.DoesNotContain(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category");

        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        var answers = served.Score(JsonRows.Read("""[{"SMOKER":true,"X":0.5},{"SMOKER":false,"X":0.5},{"SMOKER":NaN,"X":0.5}]"""u8.ToArray()), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([Number(rows[0][2]), Number(rows[4][2])], [answers[0].Score, answers[1].Score]);
    }

    [Fact]
    public async Task True_and_false_are_one_and_zero_where_the_history_writes_these()
    {
        var history = WrittenCase.Csv("ID,SMOKER,SHARE,TARGET", 1000, (i, u) => [i, i % 2, Math.Round(u[0], 3), u[1] < (i % 2 == 1 ? 0.88 : 0.13) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,SMOKER,SHARE\na,1,0.5\nb,0,0.5\nc,True,0.5\nd,FALSE,0.5\n");

        var run = await pipeline.RunAsync(drop, initial);

        var rows = (await pipeline.PredictionsAsync(run.Predict))[1..];
        Assert.Equal((rows[0][2], rows[1][2]), (rows[2][2], rows[3][2]));
        Assert.InRange(Number(rows[0][2]), 0.8, 0.95);
        var warning = Assert.Single((await pipeline.ValidateAsync(drop, initial)).Warnings, w => w.Code == "other-notation");
        Assert.Equal(("SMOKER", "True"), (warning.ColumnName, warning.Text));
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        var answers = served.Score(JsonRows.Read("""[{"SMOKER":true,"SHARE":0.5},{"SMOKER":false,"SHARE":0.5}]"""u8.ToArray()), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([Number(rows[0][2]), Number(rows[1][2])], [answers[0].Score, answers[1].Score]);
        // A share is no truth value.
        Assert.False((await pipeline.ValidateAsync(await pipeline.DropAsync("20240201", "ID,SMOKER,SHARE\ne,1,0.5\nf,0,true\n"), initial)).Accepted);
    }

    [Fact]
    public async Task A_declared_category_is_a_text_in_every_file()
    {
        // The history's zip codes have no leading zero, so that they look like numbers; those of a later file have.
        var history = WrittenCase.Csv("ID,ZIP,X,TARGET", 900, (i, u) => [i, i % 3 == 0 ? "10115" : i % 3 == 1 ? "20095" : "80331", Math.Round(u[0], 3), u[1] < (i % 3 == 0 ? 0.9 : 0.1) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + "categorical: [ZIP]\n");
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,ZIP,X\na,10115,0.5\nb,01067,0.5\nc,10115.0,0.5\nd,80331,0.5\n");

        var validated = await pipeline.ValidateAsync(drop, initial);
        Assert.True(validated.Accepted, string.Join('\n', validated.Errors.Select(e => e.Message)));
        var run = await pipeline.RunAsync(drop, initial);

        var rows = (await pipeline.PredictionsAsync(run.Predict))[1..];
        Assert.Equal(rows[0][2], rows[2][2]);
        Assert.NotEqual(rows[0][2], rows[1][2]);
        Assert.Contains("'01067' (1)", Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_and_a_category_are_the_same_whether_their_accents_are_composed_or_not()
    {
        var history = WrittenCase.Csv("ID,Größe,X,TARGET", 600, (i, u) => [i, i % 2 == 0 ? "schön" : "häßlich", Math.Round(u[0], 3), u[1] < (i % 2 == 0 ? 0.9 : 0.1) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + "features: [Gro\u0308ße, X]\n");
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,Gro\u0308ße,X\n1,scho\u0308n,0.5\n2,ha\u0308ßlich,0.5\n");

        var run = await pipeline.RunAsync(drop, initial);

        var rows = (await pipeline.PredictionsAsync(run.Predict))[1..];
        Assert.Empty(run.ScoreFeatures.Warnings);
        Assert.InRange(Number(rows[0][2]), 0.7, 1);
        Assert.InRange(Number(rows[1][2]), 0, 0.3);
    }

    [Fact]
    public async Task A_category_that_only_looks_like_a_known_one_is_told_with_the_difference()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", History);
        var drop = await pipeline.DropAsync("20240101", "ID,BRANCH,X\n1,\u0410,0.5\n2,B,0.5\n");

        var run = await pipeline.RunAsync(drop, initial);

        Assert.Contains(
            "It looks like 'A' but differs: character 1 is the Cyrillic \u0410 (U+0410), not A (U+0041).",
            Assert.Single(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private async Task<(TestRun Run, Dictionary<string, double> Scores)> RunAsync(string definition)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var initial = await pipeline.DropAsync("initial", History);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20240101", Drop), initial);
        var rows = await pipeline.PredictionsAsync(run.Predict);
        return (run, rows[1..].ToDictionary(r => r[0], r => Number(r[2])));
    }
}
