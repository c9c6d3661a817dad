using MlOps.Cli.Hosting;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Terminal;

/// <summary>Names that a user typed; a wrong one is wrong usage.</summary>
internal static class Names
{
    public static PipelineName Pipeline(string text) => Read(() => PipelineName.Parse(text));

    /// <summary>A pipeline that the account has: an unknown one is no pipeline without models.</summary>
    /// <exception cref="NotFoundException">It has none of this name; says which it has.</exception>
    public static Task<PipelineName> PipelineAsync(string text, ConnectedAccount account, CancellationToken cancellation) =>
        new RunHistory(account.Storage).RequireAsync(Pipeline(text), cancellation);

    /// <summary>A period, or the name of its file with or without folders.</summary>
    public static Period Period(string text)
    {
        var bare = Path.GetFileName(text);
        return Read(() => MlOps.Storage.Period.Parse(bare.EndsWith(".csv", StringComparison.Ordinal) ? bare[..^4] : bare));
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
