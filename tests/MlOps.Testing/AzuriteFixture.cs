using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using MlOps.Cli.Azurite;
using Xunit;

namespace MlOps.Testing;

/// <summary>
/// A storage account of the tests' own: Azurite in a fresh data folder. Share one among the tests of an assembly with
/// <c>[assembly: AssemblyFixture(typeof(AzuriteFixture))]</c> and keep tests apart by <see cref="NewPrefix"/>.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mlops-azurite-").FullName;
    private readonly ConcurrentDictionary<Action<string>, bool> told = new();
    private AzuriteProcess? azurite;
    private int prefixes;

    /// <summary>Connection string of the account.</summary>
    public string ConnectionString => Running.ConnectionString;

    /// <summary>Where the blob service listens, without the account.</summary>
    public Uri Endpoint => Running.Endpoint;

    /// <summary>The service that listens on a port: <c>blob</c>, <c>queue</c> or <c>table</c>.</summary>
    /// <param name="port">The port.</param>
    public string ServiceOn(int port) => port == Running.Endpoints.Blob.Port ? "blob" : port == Running.Endpoints.Queue.Port ? "queue" : "table";

    /// <summary>Process id of Azurite.</summary>
    public int ProcessId => Running.ProcessId;

    /// <summary>A client of the account.</summary>
    public BlobServiceClient Service => new(ConnectionString);

    private AzuriteProcess Running => azurite ?? throw new InvalidOperationException("The storage emulator is not running.");

    /// <summary>A name that no other test of this assembly gets, fit for the beginning of a container's or pipeline's name.</summary>
    public string NewPrefix() => $"t{Interlocked.Increment(ref prefixes):0000}";

    /// <summary>A new, empty container.</summary>
    public async Task<BlobContainerClient> NewContainerAsync()
    {
        var container = Service.GetBlobContainerClient(NewPrefix());
        await container.CreateAsync();
        return container;
    }

    /// <summary>Stops the emulator; its data stays. <see cref="StartAsync"/> brings the same account back on the same port.</summary>
    public async Task StopAsync()
    {
        await Running.DisposeAsync();
    }

    /// <summary>Starts the emulator on its data, on the ports it had before, if any.</summary>
    public async Task StartAsync()
    {
        azurite = await AzuriteProcess.StartAsync(folder, azurite?.Endpoints.Ports ?? new AzuritePorts(), say: null, CancellationToken.None);
        azurite.Stored = container =>
        {
            foreach (var (listener, _) in told)
            {
                listener(container);
            }
        };
    }

    /// <summary>Tells of the container's name whenever a blob has been stored, as `mlops up` is told, which then need not look again and again.</summary>
    /// <param name="listener">Must return at once.</param>
    public void Tell(Action<string> listener) => told[listener] = true;

    /// <summary>Ends what <see cref="Tell"/> began.</summary>
    /// <param name="listener">Who was told.</param>
    public void TellNoMore(Action<string> listener) => told.TryRemove(listener, out _);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => await StartAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }

        TemporaryFolder.Remove(folder);
    }
}
