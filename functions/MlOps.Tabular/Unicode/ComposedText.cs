using System.Globalization;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// Texts in Unicode's composed form (NFC, UAX #15), so that one text is one text however it was typed: <c>u</c> with a combining diaeresis is <c>ü</c>.
/// From a table of its own: string.Normalize does nothing where the program runs without the machine's culture data, as it does, and would otherwise
/// depend on their version.
/// </summary>
public static class ComposedText
{
    // Below it stand no combining marks, and composed letters stay as they are.
    private const char FirstMark = '\u0300';

    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7, Leads = 19, Vowels = 21, Trails = 28;

    private static readonly Lazy<CompositionTable> Table = new(CompositionTable.Load);

    /// <summary>The text in composed form; the same instance where it is plain.</summary>
    /// <param name="text">Any text; lone surrogates stay as they are.</param>
    public static string Composed(this string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstMark - 1)))
        {
            return text;
        }

        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Decompose(isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], points);
        }

        Order(points);
        var composed = new StringBuilder(text.Length);
        foreach (var point in Compose(points))
        {
            _ = point is > 0xFFFF ? composed.Append(char.ConvertFromUtf32(point)) : composed.Append((char)point);
        }

        return composed.Length == text.Length && composed.Equals(text) ? text : composed.ToString();
    }

    private static void Decompose(int point, List<int> parts)
    {
        if (point is >= HangulFirst and < HangulFirst + HangulCount)
        {
            var syllable = point - HangulFirst;
            parts.Add(LeadFirst + (syllable / (Vowels * Trails)));
            parts.Add(VowelFirst + (syllable % (Vowels * Trails) / Trails));
            if (syllable % Trails != 0)
            {
                parts.Add(TrailFirst + (syllable % Trails));
            }
        }
        else if (Table.Value.Parts.TryGetValue(point, out var of))
        {
            foreach (var part in of)
            {
                Decompose(part, parts);
            }
        }
        else
        {
            parts.Add(point);
        }
    }

    /// <summary>Marks behind a letter in the order of their classes; those of one class stay in theirs.</summary>
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (point, of) = (points[i], ClassOf(points[i]));
            var at = i;
            while (of != 0 && at > 0 && ClassOf(points[at - 1]) > of)
            {
                points[at] = points[at - 1];
                at--;
            }

            points[at] = point;
        }
    }

    private static List<int> Compose(List<int> points)
    {
        var composed = new List<int>(points.Count);
        var starter = -1;
        foreach (var point in points)
        {
            var of = ClassOf(point);
            // A mark is blocked by another one of its class, or by a letter, between it and its letter.
            var last = composed.Count - 1;
            if (starter >= 0 && (last == starter || (ClassOf(composed[last]) is var before && before != 0 && before < of)) && Pair(composed[starter], point) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }

            composed.Add(point);
            starter = of == 0 ? composed.Count - 1 : starter;
        }

        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + Leads && second is >= VowelFirst and < VowelFirst + Vowels)
        {
            return HangulFirst + ((((first - LeadFirst) * Vowels) + second - VowelFirst) * Trails);
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % Trails == 0 && second is > TrailFirst and < TrailFirst + Trails)
        {
            return first + second - TrailFirst;
        }

        return Table.Value.Pairs.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static int ClassOf(int point) => point < FirstMark ? 0 : Table.Value.Classes.GetValueOrDefault(point);

    /// <summary>The table of the resource <c>composition.txt</c>.</summary>
    private sealed record CompositionTable(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes)
    {
        public static CompositionTable Load()
        {
            var table = new CompositionTable([], [], []);
            using var reader = new StreamReader(typeof(ComposedText).Assembly.GetManifestResourceStream("MlOps.Tabular.Unicode.composition.txt")!);
            while (reader.ReadLine() is { } line)
            {
                var words = line.Split(' ');
                if (words[0].Split("..") is [var from, var to])
                {
                    for (var point = Hex(from); point <= Hex(to); point++)
                    {
                        table.Classes[point] = int.Parse(words[1], CultureInfo.InvariantCulture);
                    }
                }
                else if (words[0] != "#")
                {
                    int[] parts = [.. words[2..].Select(Hex)];
                    table.Parts[Hex(words[0])] = parts;
                    if (words[1] == "=")
                    {
                        table.Pairs[(parts[0], parts[1])] = Hex(words[0]);
                    }
                }
            }

            return table;
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
