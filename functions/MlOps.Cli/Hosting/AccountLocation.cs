using System.CommandLine;
using MlOps.Cli.Terminal;

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
    public ConnectedAccount Find(ParseResult parse)
    {
        if (Named(parse) is { } named)
        {
            return ConnectedAccount.To(named);
        }

        var folder = DataFolder(parse);
        var running = LocalAccount.AwaitRunning(folder) ?? throw new CommandException(
            $"no storage account: no `mlops up` is running on {Path.GetFullPath(folder)}. Start one with `mlops up --data {folder}`, "
            + $"or name an account with --connection or the variable {Variable}.");

        // Said beside whatever was asked for: why runs wait.
        if (new DiskRoom(DiskRoom.FoldersOf(folder)).Lack() is { } lack)
        {
            Answer.Progress($"mlops: {lack}");
        }

        return ConnectedAccount.To(running.ConnectionString);
    }
}
