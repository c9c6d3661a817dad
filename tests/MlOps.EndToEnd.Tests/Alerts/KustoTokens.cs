using System.Text.RegularExpressions;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>A query's words. Anything that is none of them is an error.</summary>
internal sealed partial class KustoTokens
{
    private readonly List<string> tokens = [];
    private readonly string text;
    private int at;

    public KustoTokens(string text)
    {
        this.text = text;
        var rest = Comment().Replace(text, "");
        for (var i = 0; i < rest.Length;)
        {
            if (char.IsWhiteSpace(rest[i]))
            {
                i++;
                continue;
            }

            var match = Token().Match(rest, i);
            if (!match.Success || match.Index != i)
            {
                throw new KustoException($"This is not understood: {rest[i..Math.Min(rest.Length, i + 30)]}");
            }

            tokens.Add(match.Value);
            i += match.Length;
        }
    }

    public string? Next => at < tokens.Count ? tokens[at] : null;

    public bool Take(string token)
    {
        if (Next != token)
        {
            return false;
        }

        at++;
        return true;
    }

    public string Take() => Next is { } token ? tokens[at++] : throw new KustoException($"The query ends too soon: {text}");

    public void Expect(string token)
    {
        if (!Take(token))
        {
            throw new KustoException($"Expected '{token}', found '{Next}'.");
        }
    }

    /// <summary>Whether the next two words are a name and <c>=</c>.</summary>
    public bool TakeName(out string name)
    {
        name = "";
        if (at + 1 < tokens.Count && tokens[at + 1] == "=" && Name().IsMatch(tokens[at]))
        {
            name = tokens[at];
            at += 2;
            return true;
        }

        return false;
    }

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"'[^']*'|\d+(\.\d+)?[smhd]?\b|[A-Za-z_]\w*|==|!=|>=|<=|[|=<>+\-*/(),.]")]
    private static partial Regex Token();

    [GeneratedRegex(@"^[A-Za-z_]\w*$")]
    private static partial Regex Name();
}

/// <summary>The query says something that this evaluator does not know, or that the data do not have.</summary>
internal sealed class KustoException(string message) : Exception(message);
