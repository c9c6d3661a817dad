namespace MlOps.DurableWorker;

/// <summary>Services of an application that needs none.</summary>
internal sealed class NoServices : IServiceProvider
{
    public object? GetService(Type serviceType) => null;
}
