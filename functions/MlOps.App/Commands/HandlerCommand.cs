using System.CommandLine;

namespace MlOps.App.Commands;

/// <summary><c>mlops handler</c>: the Azure Functions custom handler.</summary>
internal static class HandlerCommand
{
    public static Command Create()
    {
        var command = new Command("handler", "Azure Functions custom handler (what host.json starts; port from FUNCTIONS_CUSTOMHANDLER_PORT).");
        command.SetAction((Func<ParseResult, int>)(_ => throw new CommandException("the Azure Functions handler is not yet available in this version; `mlops up` runs the same pipelines locally.")));
        return command;
    }
}
