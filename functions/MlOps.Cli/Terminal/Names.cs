using MlOps.Storage;

namespace MlOps.Cli.Terminal;

/// <summary>Names that a user typed; a wrong one is wrong usage.</summary>
internal static class Names
{
    public static PipelineName Pipeline(string text) => Read(() => PipelineName.Parse(text));

    /// <summary>A period, or the name of its file with or without folders.</summary>
    public static Period Period(string text)
    {
        var bare = Path.GetFileName(text);
        return Read(() => MlOps.Storage.Period.Parse(bare.EndsWith(".csv", StringComparison.Ordinal) || bare.EndsWith(".zip", StringComparison.Ordinal) ? bare[..^4] : bare));
    }

    public static RunId Run(string text) => Read(() => RunId.Parse(text));

    private static T Read<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage);
        }
    }
}
