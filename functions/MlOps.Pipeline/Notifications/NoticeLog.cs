using Microsoft.Extensions.Logging;

namespace MlOps.Pipeline.Notifications;

/// <summary>Log lines of notices.</summary>
internal static class NoticeLog
{
    public static void LogUndelivered(this ILogger logger, string runId, string reason) =>
        logger.LogWarning("The notice of run {RunId} is not delivered yet: {Reason}", runId, reason);
}
