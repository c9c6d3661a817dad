using System.Text;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Tuning;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>What a run's steps gave.</summary>
internal sealed record TestRun(
    AccumulateResult Accumulate, FeaturizeResult TrainFeatures, FeaturizeResult ScoreFeatures, TrainResult Train, EvaluateResult Evaluate,
    PredictResult Predict, RegisterResult Model, InspectResult Inspect, MonitorResult Monitor);

/// <summary>A pipeline in an account of the test's own, driven step by step as an orchestration would.</summary>
internal sealed class TestPipeline
{
    public const string Name = "p";

    private TestPipeline(StorageAccount account, StepOptions options, ILoggerFactory? loggers)
    {
        Account = account;
        Steps = new TestSteps(account, options, loggers ?? NullLoggerFactory.Instance);
    }

    public StorageAccount Account { get; }

    public TestSteps Steps { get; }

    public PipelineName Pipeline { get; } = PipelineName.Parse(Name);

    public string DefinitionHash { get; private set; } = "";

    /// <summary>The learner of the leaderboard that runs train and predict with; <see langword="null"/> for the definition's own.</summary>
    public string? Learner { get; init; }

    public static async Task<TestPipeline> CreateAsync(
        AzuriteFixture azurite, string definition, StepOptions? options = null, ILoggerFactory? loggers = null, string? learner = null)
    {
        var account = new StorageAccount(azurite.Service, azurite.NewPrefix() + "-");
        await account.EnsureContainersAsync();
        var pipeline = new TestPipeline(account, options ?? new StepOptions(2), loggers) { Learner = learner };
        await pipeline.DefineAsync(definition);
        return pipeline;
    }

    /// <summary>A second set of steps over the same account, as another process would have.</summary>
    public TestPipeline Again(ILoggerFactory? loggers = null) => new(Account, new StepOptions(1), loggers) { DefinitionHash = DefinitionHash, Learner = Learner };

    public async Task DefineAsync(string yaml)
    {
        await Account.Definitions.GetBlobClient($"{Name}.yaml").UploadAsync(BinaryData.FromString(yaml), overwrite: true);
        DefinitionHash = (await Steps.Definitions.PinAsync(Pipeline))!.Hash;
    }

    /// <summary>Stores a drop as admission would.</summary>
    public async Task<PinnedDrop> DropAsync(string period, byte[] bytes, string extension = KeptDrop.Table)
    {
        var hash = ContentHash.Of(bytes);
        var name = $"{Name}/{period}{extension}";
        await Account.Artifacts.GetBlobClient(KeptDrop.NameOf(Pipeline, name, hash)).UploadAsync(new BinaryData(bytes), new BlobUploadOptions());
        return new PinnedDrop(period, name, "0x1", hash, 1);
    }

    public Task<PinnedDrop> DropAsync(string period, string text) => DropAsync(period, Encoding.UTF8.GetBytes(text));

    /// <summary>Stores a file of a side table as admission would.</summary>
    public async Task<PinnedSide> SideAsync(string source, string period, string text)
    {
        var kept = await DropAsync(period, text);
        return new PinnedSide(source, period, $"{Name}/{source}/{period}.csv", "0x1", kept.Sha256, 1);
    }

    public Task<ValidateResult> ValidateAsync(PinnedDrop drop, PinnedDrop? initial = null) =>
        Steps.Validate.RunAsync(new ValidateInput(
            "run", DefinitionHash, new DropReference(Name, drop.Period, drop.BlobName, drop.ETag), drop.Sha256, initial));

    public async Task<ValidateResult> ValidateAsync(string text) => await ValidateAsync(await DropAsync("initial", text));

    public async Task<TestRun> RunAsync(PinnedDrop score, params PinnedDrop[] history)
    {
        var accumulate = await Steps.Accumulate.RunAsync(new AccumulateInput("run", Name, DefinitionHash, score.Period, history, score));
        var key = accumulate.RequireKey();
        var train = await Steps.Featurize.RunAsync(new FeaturizeInput("run", Name, DefinitionHash, "train", key));
        var features = await Steps.Featurize.RunAsync(new FeaturizeInput("run", Name, DefinitionHash, "score", key, score, history[0]));
        var search = await TuneAsync(train.RequireKey());
        var model = await Steps.Train.RunAsync(Learner is { } learner
            ? new TrainInput("run", Name, DefinitionHash, train.RequireKey(), Learner: learner)
            : new TrainInput("run", Name, DefinitionHash, train.RequireKey(), search.BestParameters, Others: search.Others));
        var evaluate = await Steps.Evaluate.RunAsync(new EvaluateInput("run", Name, DefinitionHash, key, model.RequireKey()));
        var predict = await Steps.Predict.RunAsync(new PredictInput(
            "run", Name, DefinitionHash, score.Period, features.RequireKey(), model.RequireKey(), evaluate.RequireKey()));
        var version = await Steps.Registration.RegisterAsync(new RegisterInput(
            "run", Name, DefinitionHash, score.Period, history, key, model.RequireKey(), evaluate.RequireKey()));
        var inspect = await Steps.Inspect.RunAsync(new InspectInput("run", Name, DefinitionHash, key, score, history[0], EarlierMonth.FilesOf(history, score.Period)));
        var monitor = await Steps.Monitor.RunAsync(new MonitorInput(
            "run", Name, DefinitionHash, key, model.RequireKey(), evaluate.RequireKey(), inspect.RequireKey(), predict.RequireKey(), score, history[0],
            EarlierMonth.FilesOf(history, score.Period)));
        return new TestRun(accumulate, train, features, model, evaluate, predict, version, inspect, monitor);
    }

    /// <summary>Trials of the last search.</summary>
    public List<TrialRecord> Trials { get; } = [];

    private async Task<TuneResult> TuneAsync(string featurizeKey)
    {
        Trials.Clear();
        while (true)
        {
            var plan = await Steps.Tune.RunAsync(new TuneInput("run", Name, DefinitionHash, Trials));
            if (plan.Wave.Count == 0)
            {
                return plan;
            }

            // Backwards: the order in which trials end must not matter.
            for (var i = plan.Wave.Count - 1; i >= 0; i--)
            {
                var trained = await Steps.Train.RunAsync(new TrainInput("run", Name, DefinitionHash, featurizeKey, plan.Parameters[i], Trial: true, Pruning: plan.Prunes ? new Pruning(plan.Wave[i], [.. Trials.Where(t => t.Wave < plan.Wave[i].Wave)]) : null));
                Trials.Add(TuneStep.Tell(plan.Wave[i], trained));
            }
        }
    }

    public async Task<string> ReadAsync(string key, string output)
    {
        await using var stream = await Steps.Runner.OpenAsync(Pipeline, key, output);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Changes one byte of a stored blob, as a fault would.</summary>
    public async Task CorruptAsync(string blobName)
    {
        var blob = Account.Artifacts.GetBlobClient(blobName);
        var content = (await blob.DownloadContentAsync()).Value;
        var bytes = content.Content.ToArray();
        bytes[bytes.Length / 2] ^= 0x20;
        await blob.UploadAsync(new BinaryData(bytes), new BlobUploadOptions { Metadata = content.Details.Metadata });
    }
}
