using MlOps.Web.Http;
using MlOps.Pipeline.Wording;

namespace MlOps.Web.Access;

/// <summary>Who decides who a caller is.</summary>
public enum AccessMode
{
    /// <summary>Nobody: the server is reached under a name of this machine alone, and everything is allowed.</summary>
    Local,

    /// <summary>The platform's sign-in before this server; it strips its headers from what comes from outside.</summary>
    PlatformSignIn,

    /// <summary>A platform whose sign-in is off, so that anybody could send its headers: nobody is anybody.</summary>
    NoSignIn,
}

/// <summary>A caller whom the host of this server has checked itself. A feature of the connection, so that no request can bring it along.</summary>
/// <param name="Caller">The caller.</param>
public sealed record CheckedCaller(Caller Caller);

/// <summary>The role that an endpoint needs; reader where none is named.</summary>
/// <param name="Role">The role.</param>
internal sealed record NeededRole(Role Role);

/// <summary>Lets a request through to its endpoint, or not.</summary>
internal static class AccessControl
{
    /// <summary>Names the role that an endpoint needs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Role role)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new NeededRole(role)).ProducesProblem(403);

    /// <summary>Adds the check; put behind routing.</summary>
    public static void UseAccessControl(this WebApplication app, AccessMode mode) => app.Use(async (context, next) =>
    {
        var caller = context.Features.Get<CheckedCaller>() is { } known ? known.Caller : mode switch
        {
            AccessMode.Local => Caller.Local,
            AccessMode.PlatformSignIn => Caller.FromPrincipal(context.Request.Headers[Caller.PrincipalHeader]),
            _ => null,
        };
        if (Refusal(caller, context.GetEndpoint()) is { } refusal)
        {
            await Problems.WriteAsync(context, refusal);
            return;
        }

        context.Items[typeof(Caller)] = caller ?? new Caller("nobody", new HashSet<Role>());
        await next(context);
    });

    /// <summary>Who sends this request.</summary>
    public static Caller Who(this HttpContext context) => (Caller)context.Items[typeof(Caller)]!;

    private static ApiException? Refusal(Caller? caller, Endpoint? endpoint)
    {
        // The platform asks for health without signing in.
        if (endpoint is null || endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            return null;
        }

        var needed = endpoint.Metadata.GetMetadata<NeededRole>()?.Role ?? Role.Reader;
        return caller is null ? ApiException.Of(401, "not signed in", Sentence.Of("api-signed-out"), Sentence.Of("api-signed-out-next"))
            : caller.Has(needed) ? null
            : ApiException.Of(403, "role missing", Sentence.Of("api-role", ("role", needed.ToString().ToLowerInvariant())), Sentence.Of("api-role-next"));
    }
}

/// <summary>An endpoint that needs no caller.</summary>
internal sealed record OpenToAll;
