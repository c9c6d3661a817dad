using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace MlOps.Functions.Hosting;

/// <summary>A server of ASP.NET Core without a socket: it hands an application the requests that another server has received.</summary>
internal sealed class InnerServer : IServer
{
    private Func<IFeatureCollection, Task> process = _ => throw new InvalidOperationException("The application has not started.");

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task ProcessAsync(IFeatureCollection features) => process(features);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        process = async features =>
        {
            var context = application.CreateContext(features);
            Exception? failure = null;
            try
            {
                await application.ProcessRequestAsync(context);
            }
            catch (Exception e)
            {
                failure = e;
                throw;
            }
            finally
            {
                application.DisposeContext(context, failure);
            }
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
