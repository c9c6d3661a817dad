using System.Globalization;
using System.Text;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>A small binary problem with a number that matters, one with holes, a category and noise; deterministic by seed.</summary>
internal static class SmallCase
{
    public const string Definition = """
        label: TARGET
        id: ID
        model: {num_leaves: 7, num_iterations: 60, learning_rate: 0.1, early_stopping_round: 10, min_data_in_leaf: 5}
        """;

    public static string Csv(int rows, int seed, int firstId = 1, bool label = true)
    {
        var text = new StringBuilder(label ? "ID,A,B,KIND,TARGET\n" : "ID,A,B,KIND\n");
        var state = (ulong)(seed + 1);
        double Next()
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            return (state >> 11) / (double)(1UL << 53);
        }

        for (var i = 0; i < rows; i++)
        {
            var a = Math.Round(Next(), 4);
            var b = Math.Round(Next() * 100, 2);
            var hole = Next() < 0.2;
            var kind = (int)(Next() * 3);
            var p = 0.15 + (0.5 * a) + (kind == 1 ? 0.25 : 0);
            var y = Next() < p ? 1 : 0;
            var cell = hole ? "" : b.ToString("R", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{firstId + i},{a:R},{cell},{"xyz"[kind]}");
            text.Append(label ? string.Create(CultureInfo.InvariantCulture, $",{y}\n") : "\n");
        }

        return text.ToString();
    }
}
