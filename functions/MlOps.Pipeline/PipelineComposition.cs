using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Report;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps.Validate;

namespace MlOps.Pipeline;

/// <summary>Puts the room together for a host: its services, and its orchestrators and activities.</summary>
public static class PipelineComposition
{
    /// <summary>
    /// Adds the services of arrival, runs and notifications. The host adds a <see cref="DurableTaskClient"/>, logging and, where it
    /// wants others than the defaults, a <see cref="TimeProvider"/>, <see cref="NotificationSettings"/> and an <see cref="HttpClient"/>.
    /// </summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="account">The account.</param>
    public static IServiceCollection AddPipeline(this IServiceCollection services, StorageAccount account)
    {
        services.TryAddSingleton(account);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => NotificationSettings.FromEnvironment(Environment.GetEnvironmentVariable));
        services.TryAddSingleton(_ => new HttpClient { Timeout = TimeSpan.FromSeconds(30) });
        services.TryAddSingleton(new StepOptions());
        services.TryAddSingleton(new ActivityLimits(CancellationToken.None, Timeout.InfiniteTimeSpan));
        services.TryAddScoped<ActivityStop>();
        services.TryAddSingleton<PipelineSteps>();
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Runner);
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Definitions);
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Models);
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Aliases);
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Realised);
        services.TryAddSingleton(s => s.GetRequiredService<PipelineSteps>().Approvals);
        services.TryAddSingleton<Champions>();
        services.TryAddSingleton<ShadowLog>();
        services.TryAddSingleton<LedgerStore>();
        services.TryAddSingleton<InputFiles>();
        services.TryAddSingleton<RejectedFiles>();
        services.TryAddSingleton<DeadLetters>();
        services.TryAddSingleton<IgnoredEvents>();
        services.TryAddSingleton<RunDocuments>();
        services.TryAddSingleton<OutputFiles>();
        services.TryAddSingleton<RunStarter>();
        services.TryAddSingleton<DropReceiver>();
        services.TryAddSingleton<NoticeOutbox>();
        services.TryAddSingleton<NoticeSender>();
        services.TryAddSingleton<AlertBook>();
        services.TryAddSingleton<AlertNotice>();
        services.TryAddSingleton<Sweep>();
        services.TryAddSingleton<Steering>();
        services.TryAddSingleton<Reproducer>();
        return services;
    }

    /// <summary>Registers the orchestrators and activities of arrival, runs and notifications.</summary>
    /// <param name="registry">Registry of the host.</param>
    public static DurableTaskRegistry AddPipeline(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry
            .AddOrchestrator<ProcessDropOrchestrator>()
            .AddOrchestrator<RefuseFileOrchestrator>()
            .AddActivity<AdmitActivity>()
            .AddActivity<PinDefinitionActivity>()
            .AddActivity<NextTurnActivity>()
            .AddActivity<JudgeActivity>()
            .AddActivity<ApprovalActivity>()
            .AddActivity<PerformanceActivity>()
            .AddActivity<PublishActivity>()
            .AddActivity<EndActivity>()
            .AddActivity<RefuseFileActivity>()
            .AddActivity<NotifyActivity>()
            .AddActivity<ValidateActivity>(StepActivities.Validate)
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
}
