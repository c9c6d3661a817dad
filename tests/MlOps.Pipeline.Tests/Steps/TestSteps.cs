using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Register;
using MlOps.Pipeline.Steps.Report;
using MlOps.Pipeline.Steps.Retrain;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>The steps over an account, put together as a host puts them together.</summary>
internal sealed class TestSteps(StorageAccount account, StepOptions options, ILoggerFactory loggers)
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSingleton(account).AddSingleton(options).AddSingleton(loggers).AddSteps().BuildServiceProvider();

    public StepRunner Runner => _services.GetRequiredService<StepRunner>();

    public DefinitionStore Definitions => _services.GetRequiredService<DefinitionStore>();

    public FeatureFileStep FeatureFile => _services.GetRequiredService<FeatureFileStep>();

    public ModelRegistry Models => _services.GetRequiredService<ModelRegistry>();

    public AliasStore Aliases => _services.GetRequiredService<AliasStore>();

    public ApprovalStore Approvals => _services.GetRequiredService<ApprovalStore>();

    public Retraining Retraining => _services.GetRequiredService<Retraining>();

    public Promotion Promotion => _services.GetRequiredService<Promotion>();

    public Registration Registration => _services.GetRequiredService<Registration>();

    public CompareStep Compare => _services.GetRequiredService<CompareStep>();

    public SideBySide SideBySide => _services.GetRequiredService<SideBySide>();

    public ValidateStep Validate => _services.GetRequiredService<ValidateStep>();

    public SideStep Side => _services.GetRequiredService<SideStep>();

    public JoinStep Join => _services.GetRequiredService<JoinStep>();

    public AccumulateStep Accumulate => _services.GetRequiredService<AccumulateStep>();

    public FeaturizeStep Featurize => _services.GetRequiredService<FeaturizeStep>();

    public TuneStep Tune => _services.GetRequiredService<TuneStep>();

    public BinStep Bin => _services.GetRequiredService<BinStep>();

    public TrainStep Train => _services.GetRequiredService<TrainStep>();

    public EvaluateStep Evaluate => _services.GetRequiredService<EvaluateStep>();

    public PredictStep Predict => _services.GetRequiredService<PredictStep>();

    public BaselineStep Baseline => _services.GetRequiredService<BaselineStep>();

    public LeaderboardStep Leaderboard => _services.GetRequiredService<LeaderboardStep>();

    public InspectStep Inspect => _services.GetRequiredService<InspectStep>();

    public MonitorStep Monitor => _services.GetRequiredService<MonitorStep>();

    public ExplainStep Explain => _services.GetRequiredService<ExplainStep>();

    public PerformanceStep Performance => _services.GetRequiredService<PerformanceStep>();

    public PerformanceBook Realised => _services.GetRequiredService<PerformanceBook>();

    public Backtesting Backtesting => _services.GetRequiredService<Backtesting>();

    public BacktestBook Backtests => _services.GetRequiredService<BacktestBook>();

    public PicturesStep Pictures => _services.GetRequiredService<PicturesStep>();

    public ReportStep Report => _services.GetRequiredService<ReportStep>();
}
