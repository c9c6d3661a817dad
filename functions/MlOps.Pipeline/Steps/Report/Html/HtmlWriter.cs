using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace MlOps.Pipeline.Steps.Report.Html;

/// <summary>
/// Builds a page from interpolated texts: what stands in the source is markup, what stands in a hole is data and is encoded. There
/// is no way to write data unencoded but by <see cref="Markup"/>, which only this room's drawing code makes.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _page = new();

    /// <summary>Adds markup with encoded holes.</summary>
    /// <param name="text">Text.</param>
    public void Add([InterpolatedStringHandlerArgument("")] HtmlText text) => text.Finish();

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
