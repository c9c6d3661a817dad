using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using MlOps.Functions.Hosting;
using MlOps.Pipeline.Arrival;

namespace MlOps.Functions;

/// <summary>Lets files in: by Event Grid's events, and by a timer what events missed.</summary>
/// <param name="client">Gets the client that the host binds.</param>
/// <param name="receiver">The one entry point for files.</param>
/// <param name="sweep">Finds drops without a finished run, what the platform dropped, and periods that are late.</param>
/// <param name="logger">Gets a line for each drop.</param>
public sealed partial class ArrivalFunctions(HostDurableTaskClient client, DropReceiver receiver, Sweep sweep, ILogger<ArrivalFunctions> logger)
{
    /// <summary>Receives Event Grid's events of the input container.</summary>
    public const string OnBlobCreated = nameof(OnBlobCreated);

    /// <summary>Finds drops without a finished run, runs that are due, and periods that are missing.</summary>
    public const string SweepDrops = nameof(SweepDrops);

    // Every five minutes, not on the full one, when everybody else's timers fire.
    private const string SweepSchedule = "20 2-59/5 * * * *";

    /// <summary>A file was made: starts its run, or finds that it has one.</summary>
    /// <param name="delivery">The event.</param>
    /// <param name="durable">The host's client.</param>
    /// <param name="cancellation">The invocation is to end.</param>
    [Function(OnBlobCreated)]
    public async Task BlobCreatedAsync([EventGridTrigger] string delivery, [DurableClient] DurableTaskClient durable, CancellationToken cancellation)
    {
        client.Bind(durable);
        foreach (var drop in await receiver.ReceiveAsync(delivery, cancellation))
        {
            LogDrop(drop.BlobName, drop.Reception, drop.RunId);
        }
    }

    /// <summary>Looks for what was missed.</summary>
    /// <param name="timer">When.</param>
    /// <param name="durable">The host's client.</param>
    /// <param name="cancellation">The invocation is to end.</param>
    [Function(SweepDrops)]
    public async Task SweepAsync([TimerTrigger(SweepSchedule)] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellation)
    {
        client.Bind(durable);
        await sweep.RunAsync(null, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Blob}: {Reception} {Run}")]
    private partial void LogDrop(string blob, Reception reception, string? run);
}
