using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using MlOps.Boosting;
using MlOps.Evaluation.Metrics;
using MlOps.Learning.Baselines;
using MlOps.Learning.Catalog;
using MlOps.Learning.Learners;
using MlOps.Learning.MlNet;

namespace MlOps.Learning.Tests.MlNet;

/// <summary>The learners of ML.NET behind the seam.</summary>
public sealed class MlNetLearnerTests
{
    private const string HashesVariable = "MLOPS_TEST_LEARNER_HASHES";

    public static TheoryData<string, LearningTask> Every => [.. KnownLearners.All.SelectMany(kind => kind.Tasks.Select(task => (kind.Name, task)))];

    [Theory]
    [MemberData(nameof(Every))]
    public void A_learner_does_on_new_rows_far_better_than_a_model_that_scores_every_row_alike(string name, LearningTask task)
    {
        var (model, fresh) = (Fit(name, task), LearnerCase.Rows(task, seed: 2));
        var scores = model.Predict([.. fresh.Columns], 1);
        double[] label = [.. fresh.Label.Select(v => (double)v)];
        Assert.Equal(label.Length * model.Outputs, scores.Length);
        switch (task)
        {
            case LearningTask.Binary:
                Assert.All(scores, s => Assert.InRange(s, 0, 1));
                Assert.InRange(BinaryMetrics.Auc(label, scores), 0.9, 1);
                Assert.InRange(BinaryMetrics.LogLoss(label, scores), 0, 0.55);
                break;
            case LearningTask.Multiclass:
                Assert.All(scores.Chunk(3), row => Assert.Equal(1, row.Sum(), 1e-5));
                Assert.InRange(MulticlassMetrics.Of(3, label, scores).Accuracy, 0.75, 1);
                break;
            default:
                Assert.InRange(RegressionMetrics.Of(label, scores).R2, 0.9, 1);
                break;
        }
    }

    [Fact]
    public void Native_LightGBM_is_refused_on_a_processor_that_it_has_no_form_for_and_the_other_learners_are_not()
    {
        var rows = LearnerCase.Rows(LearningTask.Binary);
        var refused = Assert.Throws<LearnerException>(() => new MlNetLearner(KnownLearners.Find(KnownLearners.LightGbm)!, Architecture.Arm64).Fit(rows, 7, TestContext.Current.CancellationToken));
        Assert.Equal((KnownLearners.LightGbm, LearnerProblem.Machine, "Its library has no form for this processor (Arm64)."), (refused.Learner, refused.Problem, refused.Message));
        Assert.Equal(5, new MlNetLearner(KnownLearners.Find(KnownLearners.LogisticRegression)!, Architecture.Arm64).Fit(rows, 7, TestContext.Current.CancellationToken).Importance().Length);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void A_model_read_from_its_bytes_scores_as_it_did_on_any_number_of_threads_and_in_any_company(string name, LearningTask task)
    {
        var (model, rows) = (Fit(name, task), LearnerCase.Rows(task, count: 9000, seed: 3));
        var copy = ModelFile.Load(new MemoryStream(Bytes(model)));
        double[][] columns = [.. rows.Columns];
        var scores = model.Predict(columns, 1);
        Assert.Equal(scores, copy.Predict(columns, 2));
        Assert.Equal(scores[(5000 * model.Outputs)..(5001 * model.Outputs)], copy.Predict([.. columns.Select(c => c[5000..5001])], 1));
        Assert.Empty(copy.Predict([.. columns.Select(_ => Array.Empty<double>())], 1));
        Assert.Equal(Bytes(model), Bytes(copy));
        Assert.Equal(LearnerCase.Names, copy.FeatureNames);
        Assert.Equal(model.Importance(), copy.Importance());
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void Parts_of_a_score_add_up_to_it_or_the_model_says_that_it_has_none(string name, LearningTask task)
    {
        var (model, rows) = (Fit(name, task), LearnerCase.Rows(task, count: 100, seed: 4));
        double[][] columns = [.. rows.Columns];
        Assert.Equal(KnownLearners.Find(name)!.ExplainsRows, model.ExplainsRows);
        Assert.Equal(0, model.Importance()[4]);
        Assert.InRange(model.Importance()[0], model.Importance()[3] * 3, double.MaxValue);
        if (!model.ExplainsRows)
        {
            Assert.Contains(name, Assert.Throws<NotSupportedException>(() => model.Contributions(columns)).Message, StringComparison.Ordinal);
            return;
        }

        var scores = model.Predict(columns, 1);
        double[] raw = [.. model.Contributions(columns).Chunk(LearnerCase.Names.Length + 1).Select(parts => parts.Sum())];
        double[] told = task switch
        {
            LearningTask.Binary => [.. raw.Select(r => 1 / (1 + Math.Exp(-r)))],
            LearningTask.Multiclass => [.. raw.Chunk(3).SelectMany(row => row.Select(r => Math.Exp(r) / row.Sum(Math.Exp)))],
            _ => raw,
        };
        Assert.All(scores.Zip(told), s => Assert.Equal(s.First, s.Second, 1e-5));
    }

    [Fact]
    public void Every_learner_gives_the_same_bytes_for_the_same_rows_and_seed()
    {
        var hashes = Hashes();
        if (Environment.GetEnvironmentVariable(HashesVariable) is { Length: > 0 } file)
        {
            // Asked by the test below, in a process of its own.
            File.WriteAllText(file, hashes);
            return;
        }

        Assert.Equal(hashes, Hashes());
    }

    [Fact]
    public async Task Every_learner_gives_the_same_bytes_on_one_and_on_two_processors()
    {
        var one = await InProcessAsync(1);
        Assert.Equal(one, await InProcessAsync(2));
        Assert.Equal(KnownLearners.All.Sum(kind => kind.Tasks.Count), one.Split('\n').Length);
    }

    [Fact]
    public void Logistic_regression_scores_as_that_of_scikit_learn()
    {
        // C of 1 is a penalty of 1; single precision and where each of the two stops leave the third digit behind the point of no probability.
        var expected = SklearnReference.Logistic.First(l => l.C == 1);
        double[] label = [.. SklearnReference.Label.Select(v => (double)v)];
        var model = LearnerCatalog.Create(KnownLearners.LogisticRegression).Fit(
            new LearningSet(LearningTask.Binary, ["a", "b", "c", "d", "e"], SklearnReference.Columns, SklearnReference.Label, 2), 0);
        var scores = model.Predict(SklearnReference.Columns, 1);
        Assert.All(expected.Probabilities.Zip(scores), p => Assert.Equal(p.First, p.Second, 1e-3));
        Assert.Equal(BinaryMetrics.Auc(label, expected.Probabilities), BinaryMetrics.Auc(label, scores), 1e-3);
    }

    [Fact]
    public void The_file_is_a_zip_of_ml_net_with_a_manifest_that_says_what_to_do_before()
    {
        var bytes = Bytes(Fit(KnownLearners.LogisticRegression, LearningTask.Binary));
        Assert.NotNull(new MLContext(0).Model.Load(new MemoryStream(bytes), out var schema));
        Assert.Contains(schema!, column => column.Name == "Features");
        using var zip = new ZipArchive(new MemoryStream(bytes));
        using var reader = new StreamReader(zip.GetEntry("mlops.json")!.Open());
        var manifest = reader.ReadToEnd();
        Assert.Contains("\"learner\": \"logistic_regression\"", manifest, StringComparison.Ordinal);
        Assert.Contains("\"means\": [", manifest, StringComparison.Ordinal);
        Assert.All(zip.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
    }

    [Fact]
    public void What_a_learner_cannot_learn_it_refuses_and_says_why()
    {
        var svm = LearnerCatalog.Create(KnownLearners.LinearSvm);
        Assert.Equal(LearnerProblem.Task, Assert.Throws<LearnerException>(() => svm.Fit(LearnerCase.Rows(LearningTask.Regression), 1)).Problem);
        var rows = LearnerCase.Rows(LearningTask.Binary);
        Assert.Equal(LearnerProblem.OneClass, Assert.Throws<LearnerException>(() => svm.Fit(rows with { Label = new float[rows.Label.Length] }, 1)).Problem);
        Assert.ThrowsAny<OperationCanceledException>(() => svm.Fit(rows, 1, new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentException>(() => LearnerCatalog.Create("random_forest"));
        Assert.Throws<ArgumentException>(() => Fit(KnownLearners.Gam, LearningTask.Binary).Predict([.. rows.Columns.Take(3)], 1));
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        var bytes = Bytes(Fit(KnownLearners.LogisticRegression, LearningTask.Binary));
        Assert.Throws<InvalidDataException>(() => ModelFile.Load(new MemoryStream(bytes[..^200])));
        Assert.Throws<InvalidDataException>(() => ModelFile.Load(new MemoryStream(Encoding.UTF8.GetBytes("PK and nothing else"))));
        using var other = new MemoryStream();
        using (var zip = new ZipArchive(other, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("something");
        }

        other.Position = 0;
        Assert.Contains("mlops.json", Assert.Throws<InvalidDataException>(() => ModelFile.Load(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Boosted_trees_are_behind_the_same_seam()
    {
        var rows = LearnerCase.Rows(LearningTask.Binary);
        double[][] columns = [.. rows.Columns];
        var booster = Booster.Load(TreeModel.FitTree(columns, LearnerCase.Names, rows.Label).ModelText);
        var model = ModelFile.Load(new MemoryStream(Encoding.UTF8.GetBytes(booster.SaveToString())));
        Assert.Equal(booster.Predict(columns), model.Predict(columns, 2));
        Assert.Equal(booster.Predict(columns, PredictionKind.Contributions), model.Contributions(columns));
        Assert.Equal(booster.SaveToString(), Encoding.UTF8.GetString(Bytes(model)));
        Assert.True(model.ExplainsRows);
    }

    private static LearnedModel Fit(string name, LearningTask task) => LearnerCatalog.Create(name).Fit(LearnerCase.Rows(task), seed: 7);

    private static byte[] Bytes(LearnedModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    private static string Hashes() => string.Join('\n', KnownLearners.All.SelectMany(kind => kind.Tasks.Select(task => $"{kind.Name} {task} {Convert.ToHexString(SHA256.HashData(Bytes(Fit(kind.Name, task))))}")));

    private static async Task<string> InProcessAsync(int processors)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("dotnet", [typeof(MlNetLearnerTests).Assembly.Location, "-method", $"{typeof(MlNetLearnerTests).FullName}.{nameof(Every_learner_gives_the_same_bytes_for_the_same_rows_and_seed)}"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                Environment = { ["DOTNET_PROCESSOR_COUNT"] = processors.ToString(System.Globalization.CultureInfo.InvariantCulture), [HashesVariable] = file },
            };
            using var process = Process.Start(start)!;
            var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, said);
            return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
