using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// For bytes that the strict table of a code page lacks: what the platform's lenient table says (it has the duplicate places that Windows
/// uses, such as the variant kanji of Windows-31J), else the mark of invalid bytes.
/// </summary>
internal sealed class BestFitFallback(Encoding lenient) : DecoderFallback
{
    public override int MaxCharCount => 2;

    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(lenient);

    private sealed class Buffer(Encoding lenient) : DecoderFallbackBuffer
    {
        private string _text = "";
        private int _at;

        public override int Remaining => _text.Length - _at;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            _text = lenient.GetString(bytesUnknown);
            _at = 0;
            // The lenient table answers "?" or a middle dot where it has nothing either.
            if (_text.Length is 0 or > 2 || _text.AsSpan().IndexOfAny('?', '\u30FB', '\uFFFD') >= 0 || bytesUnknown.Length < 2)
            {
                _text = TextSource.Invalid.ToString();
            }

            return true;
        }

        public override char GetNextChar() => _at < _text.Length ? _text[_at++] : '\0';

        public override bool MovePrevious()
        {
            if (_at == 0)
            {
                return false;
            }

            _at--;
            return true;
        }

        public override void Reset()
        {
            _text = "";
            _at = 0;
        }
    }
}
