using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Names from addresses, checked before they become paths in the account.</summary>
internal static class Lookup
{
    /// <summary>A pipeline's name.</summary>
    /// <exception cref="FormatException">It is none; says the rule.</exception>
    public static PipelineName Pipeline(string text) => PipelineName.Parse(text);

    /// <summary>A pipeline that has a definition or a file.</summary>
    /// <exception cref="NotFoundException">There is none of this name; says which there are.</exception>
    public static Task<PipelineName> ExistingAsync(string text, RunHistory history, CancellationToken cancellation) =>
        history.RequireAsync(PipelineName.Parse(text), cancellation);

    public static Period Period(string text) => MlOps.Storage.Period.Parse(text);

    public static RunId Run(string text) => RunId.Parse(text);
}
