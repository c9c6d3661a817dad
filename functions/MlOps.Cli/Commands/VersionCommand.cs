using System.CommandLine;
using System.Runtime.InteropServices;
using MlOps.Cli.Terminal;
using MlOps.Storage;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops version</c>: which program this is, as <c>--version</c> says it, and on what it runs.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Say which program this is.") { json };
        command.SetAction(parse =>
        {
            if (parse.GetValue(json))
            {
                Answer.Json(new { version = CodeVersion.Current, runtime = RuntimeInformation.FrameworkDescription, platform = RuntimeInformation.RuntimeIdentifier });
            }
            else
            {
                Answer.Line(CodeVersion.Current);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
