using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// Signs what is sent to a webhook, as the Standard Webhooks specification has it (1.0, section "Signature scheme"): HMAC-SHA256 over
/// <c>id.timestamp.body</c>. The receiver checks it, and refuses old timestamps and ids that it has seen.
/// </summary>
/// <param name="secret">The shared secret.</param>
internal sealed class WebhookSignature(byte[] secret)
{
    /// <summary>Environment variable with the secret: text, or <c>whsec_</c> and base64. It is read at start and never stored or logged.</summary>
    public const string Variable = "MLOPS_WEBHOOK_SECRET";

    /// <summary>Header with the id of the message.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Header with the seconds since 1970 at which it was sent.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>Header with the signature.</summary>
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";

    /// <summary>Reads the secret.</summary>
    /// <param name="value">Value of <see cref="Variable"/>.</param>
    /// <exception cref="FormatException">What follows <c>whsec_</c> is not base64.</exception>
    public static byte[]? Parse(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (!value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(value);
        }

        try
        {
            return Convert.FromBase64String(value[Prefix.Length..]);
        }
        catch (FormatException e)
        {
            // The value itself must not get into a message.
            throw new FormatException($"{Variable} begins with {Prefix} but does not go on in base64.", e);
        }
    }

    /// <summary>Adds the three headers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="id">Id of the message, the same in every attempt.</param>
    /// <param name="now">Time of this attempt.</param>
    /// <param name="body">The bytes that are sent.</param>
    public void Sign(HttpRequestMessage request, string id, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{seconds}."), .. body];
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, seconds);
        request.Headers.Add(SignatureHeader, "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed)));
    }
}
