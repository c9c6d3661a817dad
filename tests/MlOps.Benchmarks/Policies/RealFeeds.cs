using System.IO.Compression;
using MlOps.Tabular;

namespace MlOps.Benchmarks.Policies;

/// <summary>Real tables as feeds: three by their months, german-credit cut at random. Texts become numbers in order of appearance.</summary>
internal static class RealFeeds
{
    /// <summary>Reads them.</summary>
    /// <param name="folder">Folder with one folder a table.</param>
    public static IEnumerable<PolicyFeed> Read(string folder)
    {
        yield return Monthly(folder, "bank-marketing", "y", "binary_logloss", "duration");
        yield return Monthly(folder, "bike-sharing", "cnt", "l2", "instant", "casual", "registered", "dteday");
        yield return Monthly(folder, "credit-default", "default payment next month", "binary_logloss", "ID");
        yield return Cut(Load(Path.Combine(folder, "german-credit", "german_credit.csv")), "german-credit cut at random", "class");
    }

    private static PolicyFeed Monthly(string folder, string name, string label, string metric, params string[] left)
    {
        var drops = Path.Combine(folder, name, "drops");
        var initial = Directory.GetFiles(drops, "initial.csv*").Single();
        var codes = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        FeedFile[] files = [.. Directory.GetFiles(drops, "20*.csv*").Order(StringComparer.Ordinal).Prepend(initial).Select(f => File(Load(f), label, left, codes))];
        return new PolicyFeed(name, 0, metric, files[0], files[1..]);
    }

    // 400 rows and eight periods of 75, drawn.
    private static PolicyFeed Cut(Table table, string name, string label)
    {
        var all = File(table, label, [], []);
        int[] order = [.. Enumerable.Range(0, all.Rows)];
        new Random(1).Shuffle(order);
        FeedFile Part(int[] rows) => new([.. all.Columns.Select(c => rows.Select(r => c[r]).ToArray())], [.. rows.Select(r => all.Labels[r])]);
        return new PolicyFeed(name, 0, "binary_logloss", Part(order[..400]), [.. order[400..].Chunk(75).Select(Part)]);
    }

    private static Table Load(string file)
    {
        using Stream stream = System.IO.File.OpenRead(file);
        using var unpacked = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var copy = new MemoryStream();
        unpacked.CopyTo(copy);
        copy.Position = 0;
        return CsvFile.ReadTable(copy).Table;
    }

    private static FeedFile File(Table table, string label, string[] left, Dictionary<string, Dictionary<string, double>> codes)
    {
        var labels = Numbers(table[label], codes);
        var (low, high) = (labels.Min(), labels.Max());
        // Two values are two classes, whatever they are.
        double[] target = labels.Distinct().Count() == 2 ? [.. labels.Select(l => (l - low) / (high - low))] : labels;
        return new FeedFile([.. table.Columns.Where(c => c.Name != label && !left.Contains(c.Name)).Select(c => Numbers(c, codes))], target);
    }

    private static double[] Numbers(Column column, Dictionary<string, Dictionary<string, double>> codes)
    {
        if (column is NumberColumn number && !codes.ContainsKey(column.Name))
        {
            return number.Values;
        }

        var known = codes.TryGetValue(column.Name, out var before) ? before : codes[column.Name] = new Dictionary<string, double>(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, column.RowCount).Select(row =>
            column.Text(row) is not { } text ? double.NaN : known.TryGetValue(text, out var code) ? code : known[text] = known.Count)];
    }
}
