using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>Puts the folder's services together.</summary>
public static class RegistryComposition
{
    /// <summary>What is remembered of models: versions, aliases, approvals, and how predictions turned out.</summary>
    /// <param name="services">Services of the host, with a <see cref="StorageAccount"/>.</param>
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ModelRegistry>();
        services.TryAddSingleton<AliasStore>();
        services.TryAddSingleton<PerformanceBook>();
        services.TryAddSingleton<BacktestBook>();
        services.TryAddSingleton<ApprovalStore>();
        services.TryAddSingleton<TagBook>();
        return services;
    }
}
