using System.Security.Cryptography;
using System.Text;

namespace MlOps.Durable.Replay;

/// <summary>RFC 4122 version 5 GUIDs, by which an orchestrator gets the same ids in every replay.</summary>
internal static class DeterministicGuid
{
    // The namespace that the Durable Task SDK uses.
    private static readonly Guid Namespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    /// <summary>The GUID of a place in an execution.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="currentUtc">The time of the turn.</param>
    /// <param name="counter">How many were drawn before in this execution.</param>
    public static Guid Create(string instanceId, DateTime currentUtc, int counter)
    {
        var name = $"{instanceId}_{currentUtc:o}_{counter}";
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        Namespace.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing secret depends on it.
        var hash = SHA1.HashData(bytes);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
