using Azure;
using Microsoft.Extensions.Logging;

namespace MlOps.Durable.Local;

/// <summary>Waits out a storage that cannot be reached or is overloaded: work in hand is kept until it can be written.</summary>
internal sealed class StorageOutage(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private long failures;

    /// <summary>Calls that have failed so far because of an outage.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Calls until the call goes through or fails for a reason that waiting does not mend.</summary>
    public async Task<T> WaitOutAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellation)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (IsOutage(e) && !cancellation.IsCancellationRequested)
            {
                Interlocked.Increment(ref failures);
                logger.LogWarning("The storage does not answer ({What}: {Reason}); trying again.", what, e.Message.Split('\n')[0]);
                await Task.Delay(delay, time, cancellation);
            }
        }
    }

    private static bool IsOutage(Exception e) => e switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AggregateException all => all.InnerExceptions.Any(IsOutage),
        HttpRequestException or IOException or TaskCanceledException or TimeoutException => true,
        _ => false,
    };
}
