using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Html;

/// <summary>
/// Builds a page from interpolated texts: what stands in the source is markup, what stands in a hole is data and is encoded. There
/// is no way to write data unencoded but by <see cref="Markup"/>, which only this room's drawing code makes.
/// </summary>
/// <param name="language">Language of the page's own words: <see cref="Sentences.English"/> or <see cref="Sentences.Japanese"/>.</param>
internal sealed class HtmlWriter(string language = Sentences.English)
{
    // Stand for markup in a sentence until it is encoded; nothing else on a page is of these private code points.
    private const char FirstPlace = '\uE000';

    private readonly StringBuilder _page = new();

    /// <summary>Language of the page's own words.</summary>
    public string Language { get; } = language;

    /// <summary>Adds markup with encoded holes.</summary>
    /// <param name="text">Text.</param>
    public void Add([InterpolatedStringHandlerArgument("")] HtmlText text) => text.Finish();

    /// <summary>A text of the page, or its part, in its language.</summary>
    /// <param name="code">Code of the sentence.</param>
    /// <param name="arguments">Name and value of each argument.</param>
    public string Say(string code, params ReadOnlySpan<(string Name, object Value)> arguments) => Word(Sentence.Of(code, arguments));

    /// <summary>The same with markup in some places: the words are encoded, the markup is not.</summary>
    /// <param name="code">Code of the sentence.</param>
    /// <param name="arguments">Name and value of each argument; a <see cref="Markup"/> is put in as it is.</param>
    public Markup Mark(string code, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        var marks = new List<Markup>();
        var values = new (string, object)[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i];
            if (value is Markup markup)
            {
                marks.Add(markup);
                value = $"{(char)(FirstPlace + marks.Count - 1)}";
            }

            values[i] = (name, value);
        }

        var encoded = new HtmlWriter();
        encoded.AppendData(Word(Sentence.Of(code, values)));
        var text = encoded.ToString();
        // The encoder writes private code points as numbers.
        for (var i = 0; i < marks.Count; i++)
        {
            text = text.Replace($"&#{FirstPlace + i};", marks[i].Text, StringComparison.Ordinal).Replace($"{(char)(FirstPlace + i)}", marks[i].Text, StringComparison.Ordinal);
        }

        return new Markup(text);
    }

    /// <summary>A sentence in the page's language.</summary>
    public string Word(Sentence sentence) => Sentences.Word(sentence, Language);

    /// <summary>A sentence in the page's language, or its English text where artifacts of before hold no more.</summary>
    public string Word(Sentence? sentence, string? text) => sentence is null ? text ?? "" : Word(sentence);

    /// <summary>What a sentence's argument is in the page's language.</summary>
    /// <param name="told">A sentence, or a text that is no sentence.</param>
    public string Word(object told) => told is Sentence sentence ? Word(sentence) : (string)told;

    /// <summary>A period as a date where it is one.</summary>
    public string Period(string period) => Figures.Period(period, Language);

    /// <summary>A code that has words of its own in English only: words there, elsewhere the code as it is.</summary>
    /// <param name="code">Words with hyphens or underlines.</param>
    public string Code(string code) => Language == Sentences.English ? code.Replace('-', ' ').Replace('_', ' ') : code;

    /// <summary>A name of several words, which a narrow column breaks after an underline rather than within a word.</summary>
    /// <param name="name">The name; data, so it is encoded.</param>
    public static Markup Breakable(string name)
    {
        var encoded = new HtmlWriter();
        encoded.AppendData(name);
        return new Markup(encoded.ToString().Replace("_", "_<wbr>", StringComparison.Ordinal));
    }

    /// <summary>Several things in a row.</summary>
    public string List(IEnumerable<string> items) => string.Join(Say("report-comma"), items);

    /// <summary>What was written.</summary>
    public override string ToString() => _page.ToString();

    /// <summary>What was written, as markup for the hole of another text.</summary>
    public Markup ToMarkup() => new(ToString());

    internal void AppendMarkup(string markup) => _page.Append(markup);

    internal void AppendData(string? text)
    {
        if (text is null)
        {
            return;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(IsInvisible(c) ? '\uFFFD' : c);
        }

        _page.Append(WebUtility.HtmlEncode(plain.ToString()));
    }

    // Control characters are not allowed in HTML, and direction marks could make one name look like another.
    private static bool IsInvisible(char c) =>
        (char.IsControl(c) && c is not '\n' and not '\t')
        || c is >= '\u200B' and <= '\u200F' or >= '\u202A' and <= '\u202E' or >= '\u2060' and <= '\u2069' or '\uFEFF';

    [InterpolatedStringHandler]
    internal readonly ref struct HtmlText
    {
        private readonly HtmlWriter _writer;

        public HtmlText(int literalLength, int formattedCount, HtmlWriter writer)
        {
            _ = literalLength + formattedCount;
            _writer = writer;
        }

        public void AppendLiteral(string markup) => _writer.AppendMarkup(markup);

        public void AppendFormatted(string? data) => _writer.AppendData(data);

        public void AppendFormatted(Markup markup) => _writer.AppendMarkup(markup.Text);

        public void AppendFormatted(int number) => _writer.AppendMarkup(number.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(long number) => _writer.AppendMarkup(number.ToString(CultureInfo.InvariantCulture));

        // Coordinates: a tenth of a pixel is more than a screen shows.
        public void AppendFormatted(double number) => _writer.AppendMarkup((Math.Round(number, 1) + 0.0).ToString("0.#", CultureInfo.InvariantCulture));

        internal void Finish()
        {
            // Everything was written as it was appended.
        }
    }
}

/// <summary>Text that is markup already.</summary>
/// <param name="Text">The markup.</param>
internal readonly record struct Markup(string Text)
{
    public static Markup Empty { get; } = new("");

    /// <summary>The page's own words, such as a class name; never data.</summary>
    public static implicit operator Markup(HtmlWriter writer) => writer.ToMarkup();
}
