using System.Globalization;
using System.Text;

namespace MlOps.Durable.Local;

/// <summary>Where things lie in the container. Ids become parts of names by escaping all but letters, digits, <c>-</c>, <c>_</c> and <c>.</c> as <c>=HH</c>.</summary>
internal static class BlobNames
{
    public const string Journals = "instances/";
    public const string Messages = "inbox/";
    public const string Workers = "workers/";

    /// <summary>Contents that are just taking the place of a journal.</summary>
    public const string Replacements = "replacements/";

    // Names of blobs may have 1,024 characters; a message's name holds an instance id and a message id.
    private const int MaxEscapedLength = 800;

    public static string Journal(string instanceId) => Journals + Escape(instanceId);

    public static string Replacement(string instanceId) => Replacements + Escape(instanceId);

    public static string Message(string instanceId, string messageId) => $"{Messages}{Escape(instanceId)}/{Escape(messageId)}";

    /// <summary>An id as part of a name.</summary>
    public static string Escape(string id)
    {
        var escaped = new StringBuilder(id.Length);
        foreach (var b in Encoding.UTF8.GetBytes(id))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.')
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        // A trailing dot would be dropped by some clients.
        if (escaped.Length > 0 && escaped[^1] == '.')
        {
            escaped.Length--;
            escaped.Append("=2E");
        }

        return escaped.Length <= MaxEscapedLength
            ? escaped.ToString()
            : throw new ArgumentException($"The id '{id}' is too long for the local journal: {escaped.Length} characters after escaping; {MaxEscapedLength} are allowed.", nameof(id));
    }

    /// <summary>The id of a part of a name.</summary>
    public static string Unescape(string escaped)
    {
        var bytes = new List<byte>(escaped.Length);
        for (var at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] == '=' && at + 2 < escaped.Length)
            {
                bytes.Add(byte.Parse(escaped.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                at += 2;
            }
            else
            {
                bytes.Add((byte)escaped[at]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
