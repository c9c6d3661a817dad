using System.Text;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A small case that a tree can learn: six columns, a text category, holes, a label. The same arguments give the same bytes.</summary>
internal static class SmallCase
{
    public const string Definition = """
        label: TARGET
        id: SK_ID_CURR
        model:
          num_iterations: 20
          num_leaves: 7
          learning_rate: 0.2
          min_data_in_leaf: 10
        """;

    public static readonly string[] Months = ["20201001", "20201101", "20201201"];

    private static readonly string[] Contracts = ["Cash loans", "Revolving loans", "\"Consumer, other\""];

    /// <summary>The bytes of a period's file.</summary>
    public static byte[] File(string period, int rows = 0, int seed = 1, bool labelled = true)
    {
        rows = rows > 0 ? rows : period == "initial" ? 800 : 200;
        var offset = period == "initial" ? 100_000 : int.Parse(period) * 10;
        var random = new Random(HashCodeOf(period) + seed);
        var text = new StringBuilder(labelled ? "SK_ID_CURR,TARGET,INCOME,DEBT,AGE,CONTRACT,SCORE_1\n" : "SK_ID_CURR,INCOME,DEBT,AGE,CONTRACT,SCORE_1\n");
        for (var row = 0; row < rows; row++)
        {
            var (income, debt, age) = (random.Next(20, 200), random.Next(0, 100), random.Next(18, 80));
            var contract = random.Next(Contracts.Length);
            var score = Math.Round(random.NextDouble(), 4);
            var risk = (0.04 * debt) - (0.02 * income) + (contract == 1 ? 1 : 0) - (2 * score);
            var label = random.NextDouble() < 1 / (1 + Math.Exp(-risk)) ? 1 : 0;
            text.Append(offset + row).Append(',');
            if (labelled)
            {
                text.Append(label).Append(',');
            }

            text.Append(income).Append(',').Append(debt).Append(',').Append(random.Next(10) == 0 ? "" : age.ToString()).Append(',')
                .Append(Contracts[contract]).Append(',').Append(score).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // string.GetHashCode differs from process to process.
    private static int HashCodeOf(string text) => text.Aggregate(17, (hash, c) => unchecked((hash * 31) + c) & 0xFFFFFF);
}
