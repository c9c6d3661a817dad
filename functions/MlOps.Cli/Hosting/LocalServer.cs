using MlOps.Cli.Terminal;
using MlOps.Storage;
using MlOps.Web.Api;
using MlOps.Web.Runs;

namespace MlOps.Cli.Hosting;

/// <summary>
/// The local server: an account (the emulator's or a named one), the pipelines' worker, the event source that Azure has
/// and a laptop has not, the sweep, and HTTP on the loopback address. All state is in the account.
/// </summary>
internal sealed partial class LocalServer : IAsyncDisposable
{
    // An account that says when a file has come is looked at for what it failed to say; any other is looked at.
    private static readonly TimeSpan Hinted = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Unhinted = TimeSpan.FromSeconds(1);

    private readonly ServerOptions options;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly LocalAccount? local;
    private readonly PipelineHost pipelines;
    private readonly WebApplication web;
    private readonly Task loops;

    private LocalServer(ServerOptions options, ILogger logger, LocalAccount? local, StorageAccount account, PipelineHost pipelines, WebApplication web, Uri address)
    {
        this.options = options;
        this.logger = logger;
        this.local = local;
        this.pipelines = pipelines;
        this.web = web;
        Account = account;
        Address = address;
        var source = new LocalEventSource(account, async (json, stop) => await pipelines.Receiver.ReceiveAsync(json, stop), TimeProvider.System, logger);
        if (local is not null)
        {
            local.Stored = container => HintOf(container, account, source);
        }

        loops = Task.WhenAll(
            Task.Run(() => source.RunAsync(options.LookInterval ?? (local is null ? Unhinted : Hinted), stopping.Token)),
            Task.Run(SweepAsync));
    }

    /// <summary>The account that is served.</summary>
    public StorageAccount Account { get; }

    /// <summary>What is known of the account's runs.</summary>
    public RunHistory History => new(Account, pipelines.Client);

    /// <summary>Where the server answers.</summary>
    public Uri Address { get; }

    /// <summary>Connection string of the emulator; <see langword="null"/> for a named account.</summary>
    public string? LocalConnection => local?.Info.ConnectionString;

    /// <summary>Completes when the server cannot go on, because the emulator has ended and could not be started again.</summary>
    public Task Broken => local?.Failed ?? Task.Delay(Timeout.Infinite, stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Starts everything; returns when files can be dropped.</summary>
    /// <param name="options">Options.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<LocalServer> StartAsync(ServerOptions options, ILoggerFactory logging, CancellationToken cancellation)
    {
        OpenFiles.Require();
        await using var started = new Undo();
        var local = options.Connection is null ? started.Keep(await LocalAccount.OpenAsync(options.DataFolder, cancellation)) : null;
        var account = ConnectedAccount.To(options.Connection ?? local!.Info.ConnectionString);
        await FormerJournal.LeaveAsync(account.Storage, Answer.Progress, cancellation);
        var room = new DiskRoom(DiskRoom.FoldersOf(local is null ? null : options.DataFolder), Answer.Progress);
        var hub = ConnectedAccount.HubOptions(Path.Combine(options.DataFolder, "worker")) with { IsHindered = () => room.Lack() is not null };
        var pipelines = started.Keep(await PipelineHost.StartAsync(account, hub, logging, cancellation));
        var (web, address) = await HttpServer.StartAsync(options.Port, logging, new ApiServer(account.Storage, pipelines.Client) { Hindrance = room.Lack }, cancellation);
        started.Keep(web);
        local?.Publish(address.AbsoluteUri);
        started.Forget();
        return new LocalServer(options, logging.CreateLogger("MlOps.Server"), local, account.Storage, pipelines, web, address);
    }

    /// <summary>Stops in the order of arrival: no more events, then the runs are drained, then the account goes.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loops;
        await pipelines.DisposeAsync();
        await web.DisposeAsync();
        if (local is not null)
        {
            await local.DisposeAsync();
        }

        stopping.Dispose();
    }

    // Upstream's files come into the input container; runs store by far the most elsewhere.
    private static void HintOf(string container, StorageAccount account, LocalEventSource source)
    {
        if (container == account.Input.Name)
        {
            source.Hint();
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(options.SweepInterval);
        try
        {
            do
            {
                await SweepOnceAsync();
            }
            while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task SweepOnceAsync()
    {
        try
        {
            await pipelines.Sweep.RunAsync(null, stopping.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The next sweep looks again; the server must not end because of one.
            LogSweepFailed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the sweep failed and will be repeated")]
    private static partial void LogSweepFailed(ILogger logger, Exception error);

    /// <summary>Takes back, last first, what was started when a later part fails to start.</summary>
    private sealed class Undo : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> parts = [];

        public T Keep<T>(T part)
            where T : IAsyncDisposable
        {
            parts.Push(part);
            return part;
        }

        public void Forget() => parts.Clear();

        public async ValueTask DisposeAsync()
        {
            while (parts.TryPop(out var part))
            {
                await part.DisposeAsync();
            }
        }
    }
}
