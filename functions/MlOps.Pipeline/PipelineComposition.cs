using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.FeatureStore;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps;
using MlOps.Storage;

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
        return services.AddSteps().AddDrops().AddNotifications().AddFeatureStore().AddOrchestrations().AddArrival().AddServing();
    }

    /// <summary>Registers the orchestrators and activities of arrival, runs and notifications.</summary>
    /// <param name="registry">Registry of the host.</param>
    public static DurableTaskRegistry AddPipeline(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.AddOrchestrations().AddSteps().AddNotifications();
    }
}
