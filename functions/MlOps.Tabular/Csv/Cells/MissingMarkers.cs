using System.Text;

namespace MlOps.Tabular;

/// <summary>The spellings of a missing cell, as texts and as bytes.</summary>
internal sealed class MissingMarkers
{
    private readonly byte[][] _bytes;

    public MissingMarkers(IReadOnlyList<string> markers)
    {
        Texts = [.. markers];
        _bytes = [.. markers.Select(Encoding.UTF8.GetBytes)];
        HasNumbers = _bytes.Any(m => NumberParser.TryParse(m, out _));
    }

    /// <summary>Whether a marker could be taken for a number (-999).</summary>
    public bool HasNumbers { get; }

    public HashSet<string> Texts { get; }

    /// <summary>Whether the content is a marker, spaces around it apart.</summary>
    public bool Contains(ReadOnlySpan<byte> content)
    {
        content = content.Trim((byte)' ');
        foreach (var marker in _bytes)
        {
            if (content.SequenceEqual(marker))
            {
                return true;
            }
        }

        return false;
    }
}
