using System.CommandLine;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using MlOps.Cli.Commands;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Cli.Hosting;

/// <summary>Where the storage account of a command is: <c>--connection</c>, the variable, or a running local server.</summary>
internal sealed class AccountLocation
{
    /// <summary>The variable that stands for <c>--connection</c>.</summary>
    public const string Variable = "MLOPS_CONNECTION";

    private readonly Option<string?> connection = CommonOptions.Connection();
    private readonly Option<string> data = CommonOptions.Data();

    /// <summary>The two options, to be added to a command.</summary>
    public IEnumerable<Option> Options => [connection, data];

    /// <summary>Data folder of the local account.</summary>
    public string DataFolder(ParseResult parse) => parse.GetRequiredValue(data);

    /// <summary>The account that was named outright; <see langword="null"/> for the local one.</summary>
    public string? Named(ParseResult parse) =>
        parse.GetValue(connection) ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : null);

    /// <summary>Finds the account.</summary>
    /// <exception cref="CommandException">There is none; says how to start one.</exception>
    public StorageAccount Find(ParseResult parse)
    {
        if (Named(parse) is { } named)
        {
            return Connect(named);
        }

        var folder = DataFolder(parse);
        var running = LocalAccount.FindRunning(folder) ?? throw new CommandException(
            $"no storage account: no `mlops up` is running on {Path.GetFullPath(folder)}. Start one with `mlops up --data {folder}`, "
            + $"or name an account with --connection or the variable {Variable}.");
        return Connect(running.ConnectionString);
    }

    /// <summary>Connects by connection string, or by Azure identity where only the address of the blob service is given.</summary>
    public static StorageAccount Connect(string connection)
    {
        // Little patience with an account that does not answer: a user waits.
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = 4, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(100) },
        };
        StorageAccount.Metered(options);
        if (Uri.TryCreate(connection, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)
        {
            return new StorageAccount(new BlobServiceClient(address, new DefaultAzureCredential(), options));
        }

        try
        {
            return new StorageAccount(new BlobServiceClient(connection, options));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CommandException(
                "the connection is neither a connection string (DefaultEndpointsProtocol=…;AccountName=…) nor an https address of a blob service.",
                ExitCode.WrongUsage);
        }
    }
}
