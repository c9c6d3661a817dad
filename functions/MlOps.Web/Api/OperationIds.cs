using System.Globalization;

namespace MlOps.Web.Api;

/// <summary>
/// Names of the API's operations, from which generated clients name their methods: <c>listPipelines</c>, <c>getPipelineModel</c>,
/// <c>promotePipelineModel</c>. They follow from method and path, so that a route never lacks one.
/// </summary>
internal static class OperationIds
{
    private static readonly char[] InName = ['.', '-', '_'];

    /// <summary>The name of an operation.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path with its parameters in braces.</param>
    public static string Of(string method, string path)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "api")];
        var nouns = new List<string>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (IsParameter(parts[i]))
            {
                // A name that is no plural does not tell one of a kind from all of them.
                if (!parts[i - 1].EndsWith('s') && i == parts.Length - 1)
                {
                    nouns.Add(parts[i].Trim('{', '}'));
                }
            }
            else
            {
                var isOne = i + 1 < parts.Length && IsParameter(parts[i + 1]) && parts[i].EndsWith('s');
                nouns.Add(isOne ? parts[i][..^1] : parts[i]);
            }
        }

        var last = parts[^1];
        var verb = method.ToUpperInvariant() switch
        {
            "GET" when last.EndsWith('s') => "list",
            "POST" => Take(nouns),
            var other => other.ToLowerInvariant(),
        };
        return verb + string.Concat(nouns.Select(Capitalized));
    }

    private static bool IsParameter(string part) => part.StartsWith('{');

    // What a POST does is the last word of its path.
    private static string Take(List<string> nouns)
    {
        var verb = nouns[^1];
        nouns.RemoveAt(nouns.Count - 1);
        return verb;
    }

    private static string Capitalized(string noun) => string.Concat(noun.Split(InName).Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}
