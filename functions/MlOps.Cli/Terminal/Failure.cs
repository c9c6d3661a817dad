using Azure;
using MlOps.Cli.Azurite;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Pipeline.Drops;
using MlOps.Tabular;
using MlOps.Web.Runs;

namespace MlOps.Cli.Terminal;

/// <summary>What a user is told of an exception.</summary>
/// <param name="Message">What is wrong and what to do next.</param>
/// <param name="ExitCode">How the program ends.</param>
internal sealed record Failure(string Message, int ExitCode = ExitCode.Failed)
{
    /// <summary>The variable that asks for stack traces.</summary>
    public const string DebugVariable = "MLOPS_DEBUG";

    /// <summary>Explains an exception; <see langword="null"/> where the runtime's own report is wanted.</summary>
    /// <param name="e">The exception that ended the command.</param>
    public static Failure? Explain(Exception e)
    {
        if (Environment.GetEnvironmentVariable(DebugVariable) is "1")
        {
            return null;
        }

        return e switch
        {
            CommandException own => new Failure(own.Message, own.ExitCode),
            AzuriteException or DefinitionException or DraftException or CsvException or FormatException or NotFoundException or SteeringException => new Failure(e.Message),
            RequestFailedException { Status: >= 500 } storage => new Failure(
                $"the storage account could not do it: {FirstLine(storage.Message)} (HTTP {storage.Status}, {storage.ErrorCode ?? "no code"}). On this machine that mostly means that the disk of the data folder is full: make room and try again. Nothing that was done is lost."),
            RequestFailedException { Status: 401 or 403 } storage => new Failure(
                $"the storage account does not let you: {FirstLine(storage.Message)} (HTTP {storage.Status}, {storage.ErrorCode ?? "no code"}). Check --connection and your rights on the account."),
            RequestFailedException storage => new Failure(
                $"the storage account refused: {FirstLine(storage.Message)} (HTTP {storage.Status}, {storage.ErrorCode ?? "no code"}). Check --connection."),
            AggregateException { InnerException: RequestFailedException inner } => new Failure(
                $"the storage account does not answer: {FirstLine(inner.Message)}. Is `mlops up` running, or is --connection right?"),
            FileNotFoundException missing => new Failure($"there is no file {missing.FileName}."),
            IOException or UnauthorizedAccessException => new Failure(e.Message),
            _ => new Failure($"{FirstLine(e.Message)} ({e.GetType().Name}). This is a defect of mlops; {DebugVariable}=1 shows where."),
        };
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
