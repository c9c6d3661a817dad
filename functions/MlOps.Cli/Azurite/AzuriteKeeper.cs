namespace MlOps.Cli.Azurite;

/// <summary>Keeps Azurite running on a folder: when it ends by itself, it is started again on its data and its ports, and all goes on.</summary>
internal sealed class AzuriteKeeper : IAsyncDisposable
{
    private const int TriesMax = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // One that has run this long has not failed to start.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly string dataFolder;
    private readonly Action<string> say;
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task keeping;
    private AzuriteProcess azurite;

    /// <summary>Begins to look after a process.</summary>
    /// <param name="azurite">The process, which is the keeper's from now on.</param>
    /// <param name="dataFolder">Folder of its data.</param>
    /// <param name="say">Told in a sentence what happens.</param>
    public AzuriteKeeper(AzuriteProcess azurite, string dataFolder, Action<string> say)
    {
        this.azurite = azurite;
        this.dataFolder = dataFolder;
        this.say = say;
        keeping = Task.Run(KeepAsync);
    }

    /// <summary>The process that runs now.</summary>
    public AzuriteProcess Current => Volatile.Read(ref azurite);

    /// <summary>Told the container's name whenever a blob has been stored. Must return at once.</summary>
    public Action<string>? Stored { get; set; }

    /// <summary>Told when another process has taken the place of one that ended.</summary>
    public Action<AzuriteProcess>? Replaced { get; set; }

    /// <summary>Completes when Azurite has ended and could not be started again.</summary>
    public Task Failed => failed.Task;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Current.DisposeAsync();
        await keeping;
        await Current.DisposeAsync();
        closing.Dispose();
    }

    private async Task KeepAsync()
    {
        var tries = 0;
        while (!closing.IsCancellationRequested)
        {
            var running = Current;
            var began = TimeProvider.System.GetTimestamp();
            running.Stored = container => Stored?.Invoke(container);
            await running.Ended;
            if (closing.IsCancellationRequested)
            {
                return;
            }

            tries = TimeProvider.System.GetElapsedTime(began) > Settled ? 1 : tries + 1;
            if (tries > TriesMax || !await StartAgainAsync(running))
            {
                failed.TrySetResult();
                return;
            }
        }
    }

    private async Task<bool> StartAgainAsync(AzuriteProcess ended)
    {
        say("mlops: the storage emulator has ended by itself: starting it again");
        await ended.DisposeAsync();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var next = await AzuriteProcess.StartAsync(dataFolder, ended.Endpoints.Ports, null, closing.Token);
                Volatile.Write(ref azurite, next);
                Replaced?.Invoke(next);
                say("mlops: the storage emulator runs again; runs go on");
                return true;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
            catch (AzuriteException e) when (attempt < TriesMax)
            {
                say($"mlops: the storage emulator did not start: {e.Message.Split('\n')[0]} Trying again.");
                await Task.Delay(Pause, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (AzuriteException e)
            {
                say($"mlops: {e.Message}");
                return false;
            }
        }
    }
}
