using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;

namespace MlOps.Durable.Local;

/// <summary>Ids of messages. They begin with the time, so that a receiver gets them by age.</summary>
internal static class MessageIds
{
    /// <summary>The id of the message that an action of an execution sends: the same whenever it is sent again.</summary>
    public static string Of(Timestamp turn, string executionId, int actionId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{executionId}/{actionId}"));
        return $"{Prefix(turn.ToDateTimeOffset())}-{actionId:D6}-{Convert.ToHexStringLower(hash.AsSpan(0, 12))}";
    }

    /// <summary>The id of a message from outside.</summary>
    public static string New(DateTimeOffset now) => $"{Prefix(now)}-{Guid.NewGuid():N}";

    // Ticks, of which 19 digits suffice for ever.
    private static string Prefix(DateTimeOffset time) => time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
