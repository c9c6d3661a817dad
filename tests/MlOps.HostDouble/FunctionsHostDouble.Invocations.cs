namespace MlOps.HostDouble;

/// <summary>How one invocation is made, and what goes wrong with it.</summary>
public sealed partial class FunctionsHostDouble
{
    private sealed class TimedOutException : Exception;

    private async Task<bool> TryInvokeAsync(string kind, string function, byte[] body)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            await InvokeAsync(kind, function, "", body);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or TimedOutException)
        {
            Note($"{kind} {function} failed: {e.Message}");
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    // Gives the return value, or throws what the host would see.
    private async Task<System.Text.Json.Nodes.JsonNode?> InvokeAsync(string kind, string function, string instanceId, byte[] body)
    {
        var planned = new PlannedInvocation(Interlocked.Increment(ref invocations), function, kind, instanceId);
        var fault = options.Faults(planned);
        Note($"{planned.Number} {kind} {function} {instanceId}{(fault == Fault.None ? "" : $" <- {fault}")}");
        switch (fault)
        {
            case Fault.SlowStart:
                await RestartAsync(options.SlowStart);
                break;
            case Fault.Kill:
            case Fault.TimeOut:
                var started = Guarded(handler.InvokeAsync(function, body, CancellationToken.None));
                await Task.WhenAny(started, Task.Delay(options.FaultDelay));
                await RestartAsync(TimeSpan.Zero);
                await started;
                throw fault == Fault.Kill ? new HttpRequestException("The connection was reset.") : new TimedOutException();
            case Fault.CutConnection:
                await Guarded(handler.InvokeAsync(function, body, CancellationToken.None));
                throw new HttpRequestException("The connection was reset.");
            case Fault.ServerError:
                await Guarded(handler.InvokeAsync(function, body, CancellationToken.None));
                throw new HttpRequestException("Response status code does not indicate success: 500 (Internal Server Error).");
            case Fault.Duplicate:
                await Guarded(handler.InvokeAsync(function, body, CancellationToken.None));
                break;
            default:
                break;
        }

        // An invocation that comes while the handler is being restarted waits for it.
        await handlerGate.WaitAsync();
        handlerGate.Release();
        var (status, mediaType, answer) = await handler.InvokeAsync(function, body, CancellationToken.None);
        if (status is < 200 or > 299)
        {
            throw new HttpRequestException($"Response status code does not indicate success: {status}.");
        }

        if (answer.Length == 0 || answer.AsSpan().SequenceEqual("null"u8))
        {
            // The real host hangs until the time-out.
            await RestartAsync(TimeSpan.Zero);
            throw new TimedOutException();
        }

        return InvocationBodies.ReturnValue(mediaType, answer);
    }

    // All requests in flight break with the process.
    private async Task RestartAsync(TimeSpan pause)
    {
        await handlerGate.WaitAsync();
        try
        {
            await handler.KillAsync();
            await Task.Delay(pause);
            await handler.StartAsync();
        }
        finally
        {
            handlerGate.Release();
        }
    }

    private static async Task Guarded(Task invocation)
    {
        try
        {
            await invocation;
        }
        catch (HttpRequestException)
        {
            // It broke: that is what the fault is for.
        }
    }
}
