using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline;
using MlOps.Storage;

namespace MlOps.Functions.Hosting;

/// <summary>The pipelines' services under the Functions host.</summary>
internal static class FunctionServices
{
    private const string Connection = "MLOPS_CONNECTION";
    private const string HostStorage = "AzureWebJobsStorage";

    /// <summary>Adds them. Asks nobody anything: what is missing is told where it is needed.</summary>
    public static IServiceCollection AddPipelineUnderFunctions(this IServiceCollection services) => services
        .AddPipeline(Account())
        .AddSingleton<HostDurableTaskClient>()
        .AddSingleton<DurableTaskClient>(s => s.GetRequiredService<HostDurableTaskClient>())
        .AddSingleton<HostedApi>()
        .AddScoped<InvocationEnd>()
        .AddScoped(s => new ActivityLimits(s.GetRequiredService<InvocationEnd>().Token, HostTimeout.ActivityDeadline))
        .AddHostedService<MissingContainers>();

    private static StorageAccount Account()
    {
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = 4, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(100) },
        };
        StorageAccount.Metered(options);
        var connection = Setting(Connection) ?? Setting($"{HostStorage}__blobServiceUri") ?? Setting(HostStorage)
            ?? throw new InvalidOperationException(
                $"The setting {Connection} names no storage account: a connection string, or the https address of a blob service that the app's identity may use.");
        return Uri.TryCreate(connection, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
            ? new StorageAccount(
                new BlobServiceClient(address, new DefaultAzureCredential(), options),
                tables: new TableServiceClient(StorageAccount.TablesBeside(address), new DefaultAzureCredential(), StorageAccount.Metered(new TableClientOptions())))
            : new StorageAccount(new BlobServiceClient(connection, options), tables: new TableServiceClient(connection, StorageAccount.Metered(new TableClientOptions())));
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
