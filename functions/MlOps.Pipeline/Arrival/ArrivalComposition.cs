using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Pipeline.Arrival;

/// <summary>Puts the folder's services together.</summary>
public static class ArrivalComposition
{
    /// <summary>How a drop comes in: by event, or found by the sweep.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddArrival(this IServiceCollection services)
    {
        services.TryAddSingleton<IgnoredEvents>();
        services.TryAddSingleton<DropReceiver>();
        services.TryAddSingleton<Sweep>();
        return services;
    }
}
