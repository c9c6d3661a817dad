using System.Globalization;
using System.Text;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A small case with a side table that knows what the main table does not: the debts, of which the label is made. The same arguments give the same bytes.</summary>
internal static class SideCase
{
    public const string Sources = """
        sources:
          bureau:
            key: CLIENT
            time: REPORTED
            windows: [60d, all]
            aggregate:
              CLIENT: [count]
              DEBT: [sum, last]
              STATUS: [share late]

        """;

    public const string Definition = """
        label: TARGET
        id: ID
        time: APPLIED
        promote: always
        model: {num_iterations: 15, num_leaves: 5, min_data_in_leaf: 10}

        """ + Sources;

    public static readonly string[] Periods = ["20201001", "20201101"];

    /// <summary>Every file of the case by its name below the pipeline.</summary>
    public static readonly string[] Files = ["initial", "20201001", "20201101", "bureau/initial", "bureau/20201001", "bureau/20201101"];

    /// <summary>The bytes of a file.</summary>
    public static byte[] File(string name) => Encoding.UTF8.GetBytes(name.StartsWith("bureau/", StringComparison.Ordinal) ? SideTable(name["bureau/".Length..]) : MainTable(name));

    private static string MainTable(string period)
    {
        var text = new StringBuilder("ID,APPLIED,AGE,TARGET\n");
        foreach (var (id, applied, debt, random) in Clients(period))
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},{applied:yyyy-MM-dd},{random.Next(18, 80)},{(debt + random.Next(-10, 10) > 50 ? 1 : 0)}\n");
        }

        return text.ToString();
    }

    // A file corrects some rows of the one before it.
    private static string SideTable(string period)
    {
        var text = new StringBuilder("CLIENT,REPORTED,DEBT,STATUS\n");
        foreach (var (id, applied, debt, random) in Clients(period))
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},{applied.AddDays(-1 - random.Next(90)):yyyy-MM-dd},{debt},{(random.Next(2) == 0 ? "late" : "paid")}\n");
        }

        foreach (var (id, applied, debt, random) in Clients(period == "20201101" ? "20201001" : "initial").Take(40))
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},{applied.AddDays(-200):yyyy-MM-dd},{debt - 1},paid\n");
        }

        return text.ToString();
    }

    private static IEnumerable<(string Id, DateTime Applied, int Debt, Random Random)> Clients(string period)
    {
        var (rows, start) = period == "initial" ? (300, new DateTime(2020, 7, 1)) : (80, DateTime.ParseExact(period, "yyyyMMdd", CultureInfo.InvariantCulture));
        var random = new Random(period == "initial" ? 1 : start.Month);
        for (var row = 0; row < rows; row++)
        {
            // Rows of a month's file are of the month before it.
            var applied = period == "initial" ? start.AddDays(random.Next(60)) : start.AddDays(-1 - random.Next(28));
            yield return ($"{period[^3]}{period[^1]}{row:000}", applied, random.Next(100), new Random((row * 7) + start.Month));
        }
    }
}
