using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MlOps.Pipeline.Notifications;

/// <summary>Puts the folder's services together.</summary>
public static class NotificationsComposition
{
    /// <summary>Notices and alerts, and who is told.</summary>
    /// <param name="services">Services of the host.</param>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => NotificationSettings.FromEnvironment(Environment.GetEnvironmentVariable));
        services.TryAddSingleton(_ => WebhookClient.Create());
        services.TryAddSingleton<NoticeOutbox>();
        services.TryAddSingleton<NoticeSender>();
        services.TryAddSingleton<AlertBook>();
        services.TryAddSingleton<AlertJudgements>();
        return services;
    }

    /// <summary>Registers the activity that tells.</summary>
    /// <param name="registry">Registry of the host.</param>
    public static DurableTaskRegistry AddNotifications(this DurableTaskRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.AddActivity<NotifyActivity>();
    }
}
