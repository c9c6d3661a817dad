using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Puts the folder's services together.</summary>
public static class OrchestrationsComposition
{
    /// <summary>Runs: how they are started, steered, published, repeated.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddOrchestrations(this IServiceCollection services)
    {
        services.TryAddSingleton(new ActivityLimits(CancellationToken.None, Timeout.InfiniteTimeSpan));
        services.TryAddScoped<ActivityStop>();
        services.TryAddSingleton<RunDocuments>();
        services.TryAddSingleton<OutputFiles>();
        services.TryAddSingleton<RunStarter>();
        services.TryAddSingleton<AlertNotice>();
        services.TryAddSingleton<MlflowRunFiles>();
        services.TryAddSingleton<Steering>();
        services.TryAddSingleton<Reproducer>();
        services.TryAddSingleton<RebuiltFeatures>();
        return services;
    }

    /// <summary>Registers the orchestrators and what they do between steps.</summary>
    /// <param name="registry">Registry of the host.</param>
    public static DurableTaskRegistry AddOrchestrations(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry
            .AddOrchestrator<ProcessDropOrchestrator>()
            .AddOrchestrator<ProcessSideOrchestrator>()
            .AddOrchestrator<RefuseFileOrchestrator>()
            .AddActivity<AdmitActivity>()
            .AddActivity<PinDefinitionActivity>()
            .AddActivity<NextTurnActivity>()
            .AddActivity<JudgeActivity>()
            .AddActivity<ApprovalActivity>()
            .AddActivity<PerformanceActivity>()
            .AddActivity<PublishActivity>()
            .AddActivity<EndActivity>()
            .AddActivity<AdmitSideActivity>()
            .AddActivity<JudgeSideActivity>()
            .AddActivity<RefuseFileActivity>();
    }
}
