using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Search;

/// <summary>A word, a quoted text, an operator or a bracket.</summary>
/// <param name="Text">What it says, without quotes.</param>
/// <param name="At">1-based place of its first character.</param>
/// <param name="IsQuoted">Whether it was in quotes: then it is a text, whatever it says.</param>
internal sealed record QueryToken(string Text, int At, bool IsQuoted)
{
    private const string Signs = "=!<>~";

    public bool IsOperator => !IsQuoted && Text is "=" or "!=" or "<" or "<=" or ">" or ">=" or "~";

    public bool Is(string word) => !IsQuoted && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public static IReadOnlyList<QueryToken> Of(string text)
    {
        var tokens = new List<QueryToken>();
        for (var i = 0; i < text.Length;)
        {
            var begin = i;
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
            }
            else if (text[i] is '(' or ')')
            {
                tokens.Add(new QueryToken(text[i..++i], begin + 1, false));
            }
            else if (text[i] is '"' or '\'')
            {
                var end = text.IndexOf(text[i], i + 1);
                if (end < 0)
                {
                    throw new QueryException(Sentence.Of("query-quote", ("at", begin + 1)));
                }

                tokens.Add(new QueryToken(text[(i + 1)..end], begin + 1, true));
                i = end + 1;
            }
            else
            {
                var signs = Signs.Contains(text[i], StringComparison.Ordinal);
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] is not ('(' or ')' or '"' or '\'') && Signs.Contains(text[i], StringComparison.Ordinal) == signs)
                {
                    i++;
                }

                var token = new QueryToken(text[begin..i], begin + 1, false);
                if (signs && !token.IsOperator)
                {
                    throw new QueryException(Sentence.Of("query-operator", ("sign", token.Text), ("at", token.At)));
                }

                tokens.Add(token);
            }
        }

        return tokens;
    }
}
