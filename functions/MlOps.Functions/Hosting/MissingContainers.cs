using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Storage;

namespace MlOps.Functions.Hosting;

/// <summary>
/// Makes the containers that are not there: the infrastructure makes them, an emulator has none. In the background, for the host waits
/// for the worker; what fails here fails again, with its reason, where it is needed.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="logger">Gets the reason.</param>
internal sealed class MissingContainers(StorageAccount account, ILogger<MissingContainers> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await account.EnsureContainersAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogWarning("The containers could not be checked: {Reason}", e.Message.Split('\n')[0]);
        }
    }
}
