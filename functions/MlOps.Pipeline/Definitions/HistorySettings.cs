using System.Globalization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Definitions;

/// <summary>How much of the history a model learns from, and how much older rows count.</summary>
/// <param name="Auto">Whether backtests choose.</param>
/// <param name="Last">Periods that are learned from, the latest ones; <see langword="null"/> for all.</param>
/// <param name="Decay">What a row of a period weighs of one of the period after it; 1 for the same.</param>
public sealed record HistorySettings(bool Auto = false, int? Last = null, double Decay = 1)
{
    /// <summary>Every row counts, and counts the same.</summary>
    public static HistorySettings All { get; } = new();

    /// <summary>As it is written in a definition.</summary>
    public override string ToString() => Auto ? "auto"
        : Last is { } last ? string.Create(CultureInfo.InvariantCulture, $"last {last} periods")
        : Decay < 1 ? string.Create(CultureInfo.InvariantCulture, $"decay {Decay}")
        : "all";

    internal static HistorySettings Read(YamlMap map)
    {
        var text = map.Text("history");
        if (text is null)
        {
            return All;
        }

        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        HistorySettings? read = words switch
        {
            ["all"] => All,
            ["auto"] => new HistorySettings(Auto: true),
            ["last", var count, "period" or "periods"] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var periods) && periods > 0 => new HistorySettings(Last: periods),
            ["decay", var share] when double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var decay) && decay is > 0 and <= 1 => new HistorySettings(Decay: decay),
            _ => null,
        };
        if (read is null)
        {
            map.Error("history", Sentence.Of("definition-history", ("text", text)));
        }

        return read ?? All;
    }
}
