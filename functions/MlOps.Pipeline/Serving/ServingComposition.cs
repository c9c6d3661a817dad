using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Pipeline.Serving;

/// <summary>Puts the folder's services together.</summary>
public static class ServingComposition
{
    /// <summary>Champions in memory, which answer requests.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.TryAddSingleton<Champions>();
        services.TryAddSingleton<ShadowLog>();
        services.TryAddSingleton<PictureRows>();
        services.TryAddSingleton<StoredRows>();
        return services;
    }
}
