using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>Puts the folder's services together.</summary>
public static class FeatureStoreComposition
{
    /// <summary>Features of finished periods, offline and online.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddFeatureStore(this IServiceCollection services)
    {
        services.TryAddSingleton<OfflineStore>();
        services.TryAddSingleton<OnlineStore>();
        services.TryAddSingleton<FeaturePublication>();
        return services;
    }
}
