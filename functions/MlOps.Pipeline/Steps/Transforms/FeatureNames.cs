using System.Text;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Names that a LightGBM model file can carry: no white space, no <c>, : " [ ] { }</c>, no control characters, all different.</summary>
internal sealed class FeatureNames
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The next feature's name, made from what it is.</summary>
    public string Next(string wanted)
    {
        var safe = new StringBuilder(wanted.Length);
        foreach (var c in wanted)
        {
            safe.Append(char.IsWhiteSpace(c) || char.IsControl(c) || c is ',' or ':' or '"' or '[' or ']' or '{' or '}' or '=' ? '_' : c);
        }

        var name = safe.Length == 0 ? "_" : safe.ToString();
        var unique = name;
        for (var i = 2; !_taken.Add(unique); i++)
        {
            unique = $"{name}_{i}";
        }

        return unique;
    }
}
