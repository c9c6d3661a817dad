using Microsoft.DurableTask.Client;
using MlOps.Pipeline;

namespace MlOps.Cli.Hosting;

/// <summary>The pipelines' services for a command that works on the account beside a running server, without a worker of its own.</summary>
internal static class AccountServices
{
    /// <summary>Puts them together; dispose them with the command.</summary>
    /// <param name="account">The account.</param>
    /// <param name="logging">Logs.</param>
    public static ServiceProvider Open(ConnectedAccount account, ILoggerFactory logging) => new ServiceCollection()
        .AddSingleton(logging)
        .AddLogging()
        .AddPipeline(account.Storage)
        .AddSingleton<DurableTaskClient>(account.Client)
        .BuildServiceProvider();
}
