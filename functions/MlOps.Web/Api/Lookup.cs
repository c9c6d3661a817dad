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
    /// <exception cref="ApiException">There is none of this name.</exception>
    public static async Task<PipelineName> ExistingAsync(string text, StorageAccount account, RunHistory history, CancellationToken cancellation)
    {
        var name = PipelineName.Parse(text);
        if (!await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation)
            && !(await history.PipelinesAsync(cancellation)).Contains(name))
        {
            throw ApiException.NotFound($"There is no pipeline '{name}'.", "GET /api/pipelines lists them; put a definition to begin one.");
        }

        return name;
    }

    public static Period Period(string text) => MlOps.Storage.Period.Parse(text);

    public static RunId Run(string text) => RunId.Parse(text);
}
