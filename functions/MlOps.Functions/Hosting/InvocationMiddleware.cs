using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Functions.Hosting;

/// <summary>Tells the services of an invocation when the host wants it to end; the context of an activity does not.</summary>
internal sealed class InvocationMiddleware : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        context.InstanceServices.GetRequiredService<InvocationEnd>().Token = context.CancellationToken;
        return next(context);
    }
}

/// <summary>When the host wants an invocation to end; one for each.</summary>
internal sealed class InvocationEnd
{
    public CancellationToken Token { get; set; }
}
