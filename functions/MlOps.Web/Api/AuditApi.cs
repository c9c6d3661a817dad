using MlOps.Web.Access;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Who changed what.</summary>
internal static class AuditApi
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/pipelines/{pipeline}/audit", ListAsync).WithTags("audit").Needs(Role.Operator)
            .WithSummary("Every change that was asked for over HTTP, the newest first.").ProducesProblem(404);

    private static async Task<Tagged<Page<AuditRecord>>> ListAsync(
        string pipeline, Audit audit, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var page = Page.Of(await audit.ListAsync(name, cancellation), id => id, limit, continuation);
        var records = await Task.WhenAll(page.Items.Select(id => audit.ReadAsync(name, id, cancellation)));
        return Tagged.Of(new Page<AuditRecord>(records, page.Continuation));
    }
}
