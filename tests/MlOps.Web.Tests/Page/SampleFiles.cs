using System.Globalization;
using System.Text;

namespace MlOps.Web.Tests.Page;

/// <summary>A small case: a history and two periods, the second of which the model can learn more for.</summary>
internal static class SampleFiles
{
    public const string Definition = """
        label: TARGET
        id: ID
        model:
          num_iterations: 10
          num_leaves: 5
          learning_rate: 0.2
          min_data_in_leaf: 10
        """;

    public static IReadOnlyList<(string Name, byte[] Content)> All { get; } =
        [("initial.csv", File("initial", 400)), ("20201001.csv", File("20201001", 150)), ("20201101.csv", File("20201101", 150))];

    private static byte[] File(string period, int rows)
    {
        var random = new Random(period.Sum(c => c));
        var text = new StringBuilder("ID,TARGET,INCOME,DEBT,AGE\n");
        for (var row = 0; row < rows; row++)
        {
            var (income, debt, age) = (random.Next(20, 200), random.Next(0, 100), random.Next(18, 80));
            var label = random.NextDouble() < 1 / (1 + Math.Exp((0.02 * income) - (0.04 * debt))) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{period}-{row},{label},{income},{debt},{age}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
