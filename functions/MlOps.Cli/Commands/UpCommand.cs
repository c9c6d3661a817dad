using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops up</c>: the local server, until it is stopped.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var account = new AccountLocation();
        var port = new Option<int?>("--port")
        {
            Description = $"Port for HTTP on the loopback address; 0 for any free one. Default: {ServerOptions.DefaultPort}, or a free one where that is taken.",
            HelpName = "P",
            Validators =
            {
                result =>
                {
                    if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is < 0 or > 65535)
                    {
                        result.AddError("--port is between 0 and 65535.");
                    }
                },
            },
        };
        var command = new Command("up", "The local server: watches the input container and runs what is dropped, until stopped.") { port };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            using var logging = Logs.Create(LogLevel.Information);
            var options = new ServerOptions
            {
                Connection = account.Named(parse),
                DataFolder = account.DataFolder(parse),
                Port = parse.GetValue(port),
            };
            LocalServer server;
            try
            {
                server = await LocalServer.StartAsync(options, logging, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ExitCode.Done;
            }

            await using (server)
            {
                Greet(server, options);
                await Task.WhenAny(server.Broken, Task.Delay(Timeout.Infinite, cancellation));
                if (!cancellation.IsCancellationRequested)
                {
                    throw new CommandException("the storage emulator has ended by itself and could not be started again; the lines above say why. Once that is mended, start `mlops up` again: everything goes on from its last completed step.");
                }

                Answer.Progress("mlops: stopping: letting running steps end");
            }

            Answer.Progress("mlops: stopped");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Greet(LocalServer server, ServerOptions options)
    {
        Answer.Progress($"mlops: ready at {server.Address}");
        if (server.LocalConnection is { } connection)
        {
            Answer.Progress($"mlops: account in {Path.GetFullPath(options.DataFolder)}; for other storage clients: {connection}");
        }

        Answer.Progress("mlops: drop files with `mlops put PIPELINE initial.csv 20201001.csv`, or into input/PIPELINE/ with any storage client; Ctrl-C stops");
    }
}
