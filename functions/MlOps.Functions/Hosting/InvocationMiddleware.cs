using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MlOps.Functions.Hosting;

/// <summary>
/// Tells the services of an invocation when the host wants it to end, for the context of an activity does not; and the host which
/// invocation a log line is of.
/// </summary>
/// <param name="logger">Carries the scope.</param>
internal sealed class InvocationMiddleware(ILogger<InvocationMiddleware> logger) : IFunctionsWorkerMiddleware
{
    // The worker looks for this name among the scopes of a line. Under OpenTelemetry it opens a scope with other names only, and the
    // host throws away every line of which it does not know the invocation: nothing of the app would show in its console and log stream.
    private const string InvocationId = "AzureFunctions_InvocationId";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        context.InstanceServices.GetRequiredService<InvocationEnd>().Token = context.CancellationToken;
        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new(InvocationId, context.InvocationId) });
        await next(context);
    }
}

/// <summary>When the host wants an invocation to end; one for each.</summary>
internal sealed class InvocationEnd
{
    public CancellationToken Token { get; set; }
}
