using System.Security.Cryptography;
using System.Text;

namespace MlOps.Tabular.Tests.Unicode;

/// <summary>The composed form of texts, held against Python's unicodedata.normalize('NFC', …).</summary>
public sealed class ComposedTextTests
{
    [Theory]
    [InlineData("Zu\u0308rich", "Z\u00FCrich")]
    [InlineData("Z\u00FCrich", "Z\u00FCrich")]
    [InlineData("\u212B", "\u00C5")] // the sign of the angstrom is a letter
    [InlineData("a\u0301\u0323", "\u1EA1\u0301")] // the dot below comes first
    [InlineData("\u1112\u1161\u11AB", "\uD55C")] // Korean syllables
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("plain", "plain")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    public void A_text_is_composed(string text, string composed) => Assert.Equal(composed, text.Composed());

    [Fact]
    public void Each_code_point_alone_and_with_marks_is_composed_as_Python_composes_it()
    {
        // for c in range(0x20, 0x30000) without surrogates: c, c + U+0301, c + U+0301 U+0323, NFD(c) + U+0308, 'a' + c + U+0300; SHA-256 of the UTF-8 lines, Unicode 14.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var c = 0x20; c < 0x30000; c++)
        {
            if (c is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            var letter = char.ConvertFromUtf32(c);
            foreach (var text in (string[])[letter, letter + "\u0301", letter + "\u0301\u0323", letter + "\u0308", "a" + letter + "\u0300"])
            {
                hash.AppendData(Encoding.UTF8.GetBytes(text.Composed() + "\n"));
            }
        }

        Assert.Equal("88e03a5c2b1eabce22f122a3daad004dc46ba8fe31447f7f1ce50eb4e8c82687", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void A_lone_surrogate_stays() => Assert.Equal("\uD800\u00E9", "\uD800e\u0301".Composed());
}
