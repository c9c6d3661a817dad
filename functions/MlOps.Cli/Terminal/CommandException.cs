namespace MlOps.Cli.Terminal;

/// <summary>A command cannot do its work; the message says why and what to do, and is all that the user sees.</summary>
internal sealed class CommandException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and what to do next.</param>
    /// <param name="exitCode">How the program ends.</param>
    public CommandException(string message, int exitCode = Terminal.ExitCode.Failed)
        : base(message) => ExitCode = exitCode;

    /// <summary>How the program ends.</summary>
    public int ExitCode { get; }
}
