using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MlOps.Learning.Images;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Decide;
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
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps;

/// <summary>Puts the steps of a run together.</summary>
public static class StepsComposition
{
    /// <summary>Adds every step, its runner, the definitions and the registry.</summary>
    /// <param name="services">Services of the host, with a <see cref="StorageAccount"/>; logging, a <see cref="TimeProvider"/> and <see cref="StepOptions"/> where it wants others than the defaults.</param>
    public static IServiceCollection AddSteps(this IServiceCollection services)
    {
        services.AddLogging();
        services.AddRegistry();
        services.TryAddSingleton(_ => new StepOptions { Language = Sentences.LanguageFrom(Environment.GetEnvironmentVariable) });
        services.TryAddSingleton(s => new DefinitionStore(s.GetRequiredService<StorageAccount>()));
        services.TryAddSingleton(s => new StepRunner(
            s.GetRequiredService<StorageAccount>(), s.GetRequiredService<ILogger<StepRunner>>(), s.GetRequiredService<TimeProvider>())
        {
            Steps = s.GetServices<IStep>,
        });
        services.TryAddSingleton(s => new StepContext(
            s.GetRequiredService<StorageAccount>(), s.GetRequiredService<StepRunner>(), s.GetRequiredService<DefinitionStore>(), s.GetRequiredService<StepOptions>()));
        services.TryAddSingleton(_ => new PictureEmbedder());
        return services
            .AddStep((s, context) => new PicturesStep(context, s.GetRequiredService<PictureEmbedder>()))
            .AddStep((s, context) => new ValidateStep(context, s.GetRequiredService<PicturesStep>()))
            .AddStep((s, context) => new SideStep(context))
            .AddStep((s, context) => new JoinStep(context, s.GetRequiredService<ValidateStep>(), s.GetRequiredService<SideStep>()))
            .AddStep((s, context) => new BacktestStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new AccumulateStep(
                context, s.GetRequiredService<JoinStep>(), new RollingOrigin(context, s.GetRequiredService<JoinStep>(), s.GetRequiredService<BacktestStep>())))
            .AddStep((s, context) => new FeaturizeStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new FeatureFileStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new BinStep(context))
            .AddStep((s, context) => new TrainStep(context, s.GetRequiredService<BinStep>()))
            .AddStep((s, context) => new EvaluateStep(context))
            .AddStep((s, context) => new BaselineStep(context))
            .AddStep((s, context) => new LeaderboardStep(context))
            .AddStep((s, context) => new CompareStep(context, s.GetRequiredService<ModelRegistry>()))
            .AddStep((s, context) => new PredictStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new InspectStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new MonitorStep(context, s.GetRequiredService<JoinStep>()))
            .AddStep((s, context) => new ExplainStep(context))
            .AddStep((s, context) => new PerformanceStep(context))
            .AddStep((s, context) => new ShadowStep(context))
            .AddStep((s, context) => new ReportStep(context, s.GetRequiredService<ModelRegistry>(), s.GetRequiredService<PicturesStep>()))
            .AddDecisions();
    }

    /// <summary>Registers the activities of the steps under the names that histories know.</summary>
    /// <param name="registry">Registry of the host.</param>
    public static DurableTaskRegistry AddSteps(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry
            .AddActivity<ValidateActivity>(StepActivities.Validate)
            .AddActivity<SideActivity>(StepActivities.Side)
            .AddActivity<AccumulateActivity>(StepActivities.Accumulate)
            .AddActivity<FeaturizeActivity>(StepActivities.Featurize)
            .AddActivity<TuneActivity>(StepActivities.Tune)
            .AddActivity<TrainActivity>(StepActivities.Train)
            .AddActivity<EvaluateActivity>(StepActivities.Evaluate)
            .AddActivity<RegisterActivity>(StepActivities.Register)
            .AddActivity<PromoteActivity>(StepActivities.Promote)
            .AddActivity<PredictActivity>(StepActivities.Predict)
            .AddActivity<BaselineActivity>(StepActivities.Baseline)
            .AddActivity<LeaderboardActivity>(StepActivities.Leaderboard)
            .AddActivity<InspectActivity>(StepActivities.Inspect)
            .AddActivity<MonitorActivity>(StepActivities.Monitor)
            .AddActivity<ExplainActivity>(StepActivities.Explain)
            .AddActivity<ReportActivity>(StepActivities.Report)
            .AddActivity<RetrainActivity>(StepActivities.Retrain);
    }

    // What decides rather than makes: no outputs under a content key.
    private static IServiceCollection AddDecisions(this IServiceCollection services)
    {
        services.TryAddSingleton(s => new TuneStep(s.GetRequiredService<StepContext>()));
        services.TryAddSingleton(s => new SideBySide(s.GetRequiredService<StepContext>()));
        services.TryAddSingleton(s => new ModelLooks(s.GetRequiredService<StepContext>()));
        services.TryAddSingleton(s => new Decisions(s.GetRequiredService<StepContext>()));
        services.TryAddSingleton(s => new Registration(
            s.GetRequiredService<StepContext>(), s.GetRequiredService<ModelRegistry>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new LatencyBook(
            s.GetRequiredService<StepContext>(), s.GetRequiredService<ModelRegistry>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new Promotion(
            s.GetRequiredService<StepContext>(), s.GetRequiredService<CompareStep>(), s.GetRequiredService<ModelRegistry>(),
            s.GetRequiredService<AliasStore>(), s.GetRequiredService<LatencyBook>(), s.GetRequiredService<ApprovalStore>(), s.GetRequiredService<BacktestBook>()));
        services.TryAddSingleton(s => new Backtesting(
            s.GetRequiredService<StepContext>(), s.GetRequiredService<ModelRegistry>(), s.GetRequiredService<BacktestBook>(), s.GetRequiredService<AliasStore>(), s.GetRequiredService<FeaturizeStep>(), s.GetRequiredService<ShadowStep>()));
        services.TryAddSingleton(s => new Retraining(
            s.GetRequiredService<StepContext>(), s.GetRequiredService<ModelRegistry>(), s.GetRequiredService<AliasStore>(),
            s.GetRequiredService<FeaturizeStep>(), s.GetRequiredService<PredictStep>(), s.GetRequiredService<MonitorStep>()));
        return services;
    }

    private static IServiceCollection AddStep<TStep>(this IServiceCollection services, Func<IServiceProvider, StepContext, TStep> make)
        where TStep : class, IStep
    {
        services.TryAddSingleton(s => make(s, s.GetRequiredService<StepContext>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStep, TStep>(s => s.GetRequiredService<TStep>()));
        return services;
    }
}
