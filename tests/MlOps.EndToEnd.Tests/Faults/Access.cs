using System.Text.RegularExpressions;
using Azure.Core;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>
/// One access among those of a run: what is asked of which place, in the words of its address without what differs from run to run, and the
/// how-manieth of its kind it is.
/// </summary>
/// <param name="Shape">Verb, service, address and condition.</param>
/// <param name="Ordinal">From 1.</param>
internal sealed partial record Access(string Shape, int Ordinal)
{
    public static readonly string[] Services = ["blob", "queue", "table"];

    /// <summary>Whether it may change something.</summary>
    public bool Writes => !Shape.StartsWith("GET", StringComparison.Ordinal) && !Shape.StartsWith("HEAD", StringComparison.Ordinal);

    /// <summary>Whether it changes something only under a condition.</summary>
    public bool HasCondition => Writes && (Shape.Contains("[if-match]", StringComparison.Ordinal) || Shape.Contains("[if-none-match]", StringComparison.Ordinal));

    public override string ToString() => $"{Shape} #{Ordinal}";

    /// <summary>The kind of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="own">Texts that only this run has in its addresses: the prefix of its containers, the name of its hub.</param>
    /// <param name="serviceOf">The service that listens on a port.</param>
    public static string ShapeOf(Request request, IReadOnlyList<string> own, Func<int, string> serviceOf)
    {
        var uri = request.Uri.ToUri();
        var path = own.Aggregate(Uri.UnescapeDataString(uri.AbsolutePath), (text, one) => text.Replace(one, "", StringComparison.OrdinalIgnoreCase));
        path = Varying().Replace(path[(path.IndexOf('/', 1) + 1)..], "*");
        var brace = path.IndexOf('(', StringComparison.Ordinal);
        var query = string.Join('&', uri.Query.TrimStart('?').Split('&').Where(p => p.StartsWith("comp=", StringComparison.Ordinal) || p.StartsWith("restype=", StringComparison.Ordinal)));
        var condition = request.Headers.Contains("If-Match") ? " [if-match]"
            : request.Headers.TryGetValue("If-None-Match", out var none) ? none == "*" ? " [if-none-match]" : " [if-changed]" : "";
        return $"{request.Method} {serviceOf(uri.Port)}/{(brace < 0 ? path : path[..brace])}{(query.Length > 0 ? "?" + query : "")}{condition}";
    }

    // ETags, message ids, hashes, times.
    [GeneratedRegex("0x[0-9A-Fa-f]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{16,}|[0-9]{14,}", RegexOptions.CultureInvariant)]
    private static partial Regex Varying();
}
