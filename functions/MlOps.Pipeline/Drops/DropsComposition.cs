using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Pipeline.Drops;

/// <summary>Puts the folder's services together.</summary>
public static class DropsComposition
{
    /// <summary>What was dropped, accepted and refused: ledger, input files, rejected files, dead letters.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddDrops(this IServiceCollection services)
    {
        services.TryAddSingleton<LedgerStore>();
        services.TryAddSingleton<InputFiles>();
        services.TryAddSingleton<RejectedFiles>();
        services.TryAddSingleton<DeadLetters>();
        return services;
    }
}
