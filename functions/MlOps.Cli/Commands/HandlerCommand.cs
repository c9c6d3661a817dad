using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Durable.Functions;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops handler</c>: the Azure Functions custom handler.</summary>
internal static class HandlerCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "handler";

    private const string Port = "FUNCTIONS_CUSTOMHANDLER_PORT";
    private const string Root = "FUNCTIONS_APP_ROOT_PATH";
    private const string HostStorage = "AzureWebJobsStorage";

    // 128 + SIGTERM. Never 0: the host does not start a handler again that ended so.
    private const int Stopped = 143;

    public static Command Create()
    {
        var layout = new Option<string?>("--layout") { Description = "Write host.json and the functions' folders to this folder, and end.", HelpName = "DIR", Hidden = true };
        var command = new Command(Name, $"Azure Functions custom handler (what host.json starts; port from {Port}).") { layout };
        command.SetAction(async (parse, cancellation) =>
        {
            if (parse.GetValue(layout) is { } folder)
            {
                FunctionsLayout.Write(folder, "mlops", PipelineFunctions.Definitions);
                return ExitCode.Done;
            }

            using var logging = HostLogs.Create();
            var root = Environment.GetEnvironmentVariable(Root) is { Length: > 0 } given ? given : AppContext.BaseDirectory;
            var connection = Connection();
            await using var server = await FunctionsServer.StartAsync(PortFromHost(), () => FunctionsApplication.Compose(root, connection, logging), logging, cancellation);
            await server.RunAsync(cancellation);
            return Stopped;
        });
        return command;
    }

    private static int PortFromHost() =>
        int.TryParse(Environment.GetEnvironmentVariable(Port), out var port) && port is > 0 and <= 65535
            ? port
            : throw new CommandException($"the variable {Port} holds no port. `mlops handler` is started by the Azure Functions host; `mlops up` runs the same pipelines without it.", ExitCode.WrongUsage);

    private static string Connection() =>
        Setting(AccountLocation.Variable) ?? Setting($"{HostStorage}__blobServiceUri") ?? Setting(HostStorage)
            ?? throw new CommandException($"the setting {AccountLocation.Variable} names no storage account: a connection string, or the https address of a blob service that the app's identity may use.");

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
