using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Terminal;
using MlOps.Engine;
using MlOps.Pipeline.Registry;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Hosting;

/// <summary>A storage account, reached: its data, and the task hub in which its runs are driven.</summary>
/// <param name="Storage">The containers.</param>
/// <param name="TaskHub">The account of the task hub, which is the same.</param>
internal sealed record ConnectedAccount(StorageAccount Storage, TaskHubAccount TaskHub)
{
    private readonly Lazy<DurableTaskClient> client = new(() => Open(TaskHub));

    /// <summary>Asks about, ends and wakes runs, beside whoever drives them.</summary>
    public DurableTaskClient Client => client.Value;

    /// <summary>What is known of the account's runs.</summary>
    public RunHistory History => new(Storage, Client);

    /// <summary>A pipeline that the account has: an unknown one is no pipeline without models.</summary>
    /// <param name="text">Its name, as it was typed.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="NotFoundException">It has none of this name; says which it has.</exception>
    public Task<PipelineName> PipelineAsync(string text, CancellationToken cancellation) =>
        new RunHistory(Storage).RequireAsync(Names.Pipeline(text), cancellation);

    /// <summary>Versions of models.</summary>
    public ModelRegistry Models => new(Storage);

    /// <summary>Champions, and how they came about.</summary>
    public AliasStore Aliases => new(Storage, Models, TimeProvider.System);

    /// <summary>Tags and notes.</summary>
    public TagBook Tags => new(Storage, TimeProvider.System);

    /// <summary>Finds runs and models.</summary>
    public Finder Finder => new(History, Models, Aliases, Tags);

    /// <summary>How predictions turned out.</summary>
    public PerformanceBook Realised => new(Storage, TimeProvider.System);

    /// <summary>Connects by connection string, or by Azure identity where only the address of the blob service is given.</summary>
    /// <param name="connection">Either.</param>
    /// <exception cref="CommandException">It is neither.</exception>
    public static ConnectedAccount To(string connection)
    {
        // Little patience with an account that does not answer: a user waits.
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = 4, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(100) },
        };
        StorageAccount.Metered(options);
        var tables = StorageAccount.Metered(new TableClientOptions());
        try
        {
            if (Uri.TryCreate(connection, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)
            {
                var identity = new DefaultAzureCredential();
                return new ConnectedAccount(new StorageAccount(new BlobServiceClient(address, identity, options), tables: new TableServiceClient(StorageAccount.TablesBeside(address), identity, tables)), TaskHubAccount.FromIdentity(address, identity));
            }

            return new ConnectedAccount(new StorageAccount(new BlobServiceClient(connection, options), tables: new TableServiceClient(connection, tables)), TaskHubAccount.FromConnectionString(connection));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CommandException(
                "the connection is neither a connection string (DefaultEndpointsProtocol=…;AccountName=…) nor an https address of a blob service (https://NAME.blob.core.windows.net).",
                ExitCode.WrongUsage);
        }
    }

    /// <summary>Settings of the hub for a process that keeps its worker's notes in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static TaskHubOptions HubOptions(string folder) => new() { Folder = folder };

    private static DurableTaskClient Open(TaskHubAccount account) => new ServiceCollection()
        .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
        .AddTaskHubClient(account, HubOptions(Path.GetTempPath()))
        .BuildServiceProvider()
        .GetRequiredService<DurableTaskClient>();
}
