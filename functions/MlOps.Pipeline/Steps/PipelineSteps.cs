using System.Text.Json;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Report;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps.Validate;

namespace MlOps.Pipeline.Steps;

/// <summary>Every step of a run, over one account. Activities take it from their services; tests and commands use it directly.</summary>
public sealed class PipelineSteps
{
    /// <summary>Makes the steps.</summary>
    /// <param name="account">The account.</param>
    /// <param name="options">What the steps may use of the machine.</param>
    /// <param name="loggers">Gets the step runner's lines.</param>
    /// <param name="time">Clock for durations and for the time of decisions.</param>
    public PipelineSteps(StorageAccount account, StepOptions options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        time ??= TimeProvider.System;
        Runner = new StepRunner(account, loggers.CreateLogger<StepRunner>(), time);
        Definitions = new DefinitionStore(account);
        var context = new StepContext(account, Runner, Definitions, options);
        Validate = new ValidateStep(context);
        Accumulate = new AccumulateStep(context, Validate);
        Featurize = new FeaturizeStep(context, Validate);
        Tune = new TuneStep(context);
        Bin = new BinStep(context);
        Train = new TrainStep(context, Bin);
        Evaluate = new EvaluateStep(context);
        Baseline = new BaselineStep(context);
        Leaderboard = new LeaderboardStep(context);
        Predict = new PredictStep(context, Validate);
        Inspect = new InspectStep(context, Validate);
        Monitor = new MonitorStep(context, Validate);
        Explain = new ExplainStep(context);
        Performance = new PerformanceStep(context);
        Models = new ModelRegistry(account, Runner, time);
        Aliases = new AliasStore(account, Models, time);
        Compare = new CompareStep(context, Models);
        SideBySide = new SideBySide(context);
        Report = new ReportStep(context, Models);
        Realised = new PerformanceBook(account, time);
        Approvals = new ApprovalStore(account, time);
        Promotion = new Promotion(context, Compare, Models, Aliases, new LatencyBook(context, Models, time), Approvals);
        Retraining = new Retraining(context, this);
        Runner.Recompute = RecomputeAsync;
    }

    /// <summary>Runs steps by content, reads their outputs.</summary>
    public StepRunner Runner { get; }

    /// <summary>Definitions and their pinned texts.</summary>
    public DefinitionStore Definitions { get; }

    /// <summary>Versions of models.</summary>
    public ModelRegistry Models { get; }

    /// <summary>Champion and previous, and how they came about.</summary>
    public AliasStore Aliases { get; }

    /// <summary>Promotions that a person is asked to approve.</summary>
    public ApprovalStore Approvals { get; }

    /// <summary>Decides whether a period trains a model.</summary>
    public Retraining Retraining { get; }

    /// <summary>Decides which model predicts.</summary>
    public Promotion Promotion { get; }

    /// <summary>Holds a new model against the champion.</summary>
    public CompareStep Compare { get; }

    /// <summary>Measures two models on the same rows.</summary>
    public SideBySide SideBySide { get; }

    /// <summary>Judges a drop.</summary>
    public ValidateStep Validate { get; }

    /// <summary>Joins the history.</summary>
    public AccumulateStep Accumulate { get; }

    /// <summary>Makes features.</summary>
    public FeaturizeStep Featurize { get; }

    /// <summary>Plans the search for parameters.</summary>
    public TuneStep Tune { get; }

    /// <summary>Bins the rows that trials learn from.</summary>
    public BinStep Bin { get; }

    /// <summary>Trains.</summary>
    public TrainStep Train { get; }

    /// <summary>Measures.</summary>
    public EvaluateStep Evaluate { get; }

    /// <summary>Predicts.</summary>
    public PredictStep Predict { get; }

    /// <summary>Fits simple models.</summary>
    public BaselineStep Baseline { get; }

    /// <summary>Orders a run's models.</summary>
    public LeaderboardStep Leaderboard { get; }

    /// <summary>Looks for faults of a drop's data.</summary>
    public InspectStep Inspect { get; }

    /// <summary>Watches a period.</summary>
    public MonitorStep Monitor { get; }

    /// <summary>Says what the model looks at.</summary>
    public ExplainStep Explain { get; }

    /// <summary>Measures published predictions once labels are there.</summary>
    public PerformanceStep Performance { get; }

    /// <summary>Realised metrics of each model version and period.</summary>
    public PerformanceBook Realised { get; }

    /// <summary>Draws the report.</summary>
    public ReportStep Report { get; }

    // A damaged output is made again from the request that made it; damaged inputs of it are made again on the way.
    private Task RecomputeAsync(string name, JsonElement request, CancellationToken cancellation)
    {
        T Input<T>() => request.Deserialize<T>(ArtifactJson.Compact)!;
        return name switch
        {
            ValidateStep.Name => Validate.RunAsync(Input<ValidateInput>(), cancellation),
            AccumulateStep.Name => Accumulate.RunAsync(Input<AccumulateInput>(), cancellation),
            FeaturizeStep.TrainName or FeaturizeStep.ScoreName => Featurize.RunAsync(Input<FeaturizeInput>(), cancellation),
            BinStep.Name => Bin.RunAsync(Input<BinInput>(), cancellation),
            TrainStep.Name => Train.RunAsync(Input<TrainInput>(), cancellation),
            EvaluateStep.Name => Evaluate.RunAsync(Input<EvaluateInput>(), cancellation),
            CompareStep.Name => Compare.RunAsync(Input<CompareInput>(), cancellation),
            PredictStep.Name or PredictStep.MeasureName => Predict.RunAsync(Input<PredictInput>(), cancellation),
            BaselineStep.Name => Baseline.RunAsync(Input<BaselineInput>(), cancellation),
            LeaderboardStep.Name => Leaderboard.RunAsync(Input<LeaderboardInput>(), cancellation),
            InspectStep.Name => Inspect.RunAsync(Input<InspectInput>(), cancellation),
            MonitorStep.Name => Monitor.RunAsync(Input<MonitorInput>(), cancellation),
            ExplainStep.Name => Explain.RunAsync(Input<ExplainInput>(), cancellation),
            PerformanceStep.Name => Performance.RunAsync(Input<PerformanceInput>(), cancellation),
            ReportStep.Name => Report.RunAsync(Input<ReportInput>(), cancellation),
            _ => throw new InvalidDataException($"No step is called '{name}' in this version: drop the file again."),
        };
    }
}
