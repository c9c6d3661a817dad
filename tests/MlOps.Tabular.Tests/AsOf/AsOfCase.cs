using System.Globalization;
using System.Text;

namespace MlOps.Tabular.Tests.AsOf;

/// <summary>A row of a side table as it was written, before anybody read it.</summary>
/// <param name="Key">Key; <see langword="null"/> for none.</param>
/// <param name="Time">Event time; <see langword="null"/> for none.</param>
/// <param name="Known">From when on it was known; <see langword="null"/> for as soon as it took place.</param>
/// <param name="Amount">A number; <see langword="null"/> for none.</param>
/// <param name="Status">A text; <see langword="null"/> for none.</param>
internal sealed record WrittenRow(string? Key, DateTimeOffset? Time, DateTimeOffset? Known, double? Amount, string? Status);

/// <summary>A row of the main table.</summary>
/// <param name="Key">Key; <see langword="null"/> for none.</param>
/// <param name="AsOf">Its time; <see langword="null"/> for none.</param>
/// <param name="KnownAt">What was known when counts for it.</param>
internal sealed record AskedRow(string? Key, DateTimeOffset? AsOf, DateTimeOffset? KnownAt);

/// <summary>
/// A random side table in files and a main table: few keys, few instants (so that times are equal), rows that come late, that correct others, that
/// lack key or time, and times written in many zones.
/// </summary>
internal sealed class AsOfCase
{
    private static readonly DateTimeOffset First = new(2020, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Keys = ["a", "b", "7"];
    private static readonly string[] Statuses = ["late", "paid", "open"];

    public AsOfCase(int seed)
    {
        var random = new Random(seed);
        Files = [.. Enumerable.Range(0, random.Next(5)).Select(_ => Enumerable.Range(0, random.Next(24)).Select(_ => Row(random)).ToArray())];
        Asked = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Ask(random))];
        Aggregates = [.. Enumerable.Range(0, random.Next(1, 9)).Select(i => Aggregated($"c{i}", random))];
        Zones = random.Next();
    }

    public IReadOnlyList<WrittenRow[]> Files { get; }

    public IReadOnlyList<AskedRow> Asked { get; }

    public IReadOnlyList<Aggregate> Aggregates { get; }

    private int Zones { get; }

    /// <summary>The files, written as CSV in random zones and read again.</summary>
    public IReadOnlyList<SideRows> Read()
    {
        var random = new Random(Zones);
        return [.. Files.Select(rows =>
        {
            var text = new StringBuilder("row,key,time,known,amount,status\n");
            foreach (var row in rows)
            {
                text.Append(CultureInfo.InvariantCulture, $"1,{row.Key},{Written(row.Time, random)},{Written(row.Known, random)},{row.Amount},{row.Status}\n");
            }

            var options = new CsvReadOptions
            {
                Delimiter = ',',
                Kinds = new Dictionary<string, ColumnKind>
                {
                    ["key"] = ColumnKind.Text, ["time"] = ColumnKind.Date, ["known"] = ColumnKind.Date, ["amount"] = ColumnKind.Number, ["status"] = ColumnKind.Text,
                },
                Threads = 1,
            };
            var table = CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), options).Table;
            Assert.Equal(rows.Length, table.RowCount);
            return new SideRows((TextColumn)table["key"], ((NumberColumn)table["time"]).Values, ((NumberColumn)table["known"]).Values, table.Select(["amount", "status"]));
        })];
    }

    /// <summary>The cells that the join must give, worked out row by row from the words of the rule.</summary>
    public IReadOnlyList<string?[]> Expected() => [.. Aggregates.Select(a => Asked.Select(asked => Cell(a, asked)).ToArray())];

    private string? Cell(Aggregate aggregate, AskedRow asked)
    {
        if (asked.Key is null || asked.AsOf is null || asked.KnownAt is null)
        {
            return null;
        }

        var all = Files.SelectMany((rows, file) => rows.Select((row, at) => (Row: row, File: file, At: at, Known: row.Known ?? row.Time)));
        var then = all.Where(r => r.Row.Key == asked.Key && r.Row.Time < asked.AsOf && r.Known <= asked.KnownAt).ToList();
        var standing = then.Where(r => !then.Exists(later => later.Row.Time == r.Row.Time && (later.Known > r.Known || (later.Known == r.Known && later.File > r.File))));
        var inWindow = standing.Where(r => double.IsInfinity(aggregate.Window) || r.Row.Time >= asked.AsOf.Value.AddSeconds(-aggregate.Window))
            .OrderBy(r => r.Row.Time).ThenBy(r => r.Known).ThenBy(r => r.File).ThenBy(r => r.At).Select(r => r.Row).ToList();
        return aggregate.Column == "amount"
            ? OfNumbers(aggregate, [.. inWindow.Where(r => r.Amount is not null).Select(r => r.Amount!.Value)])
            : OfTexts(aggregate, [.. inWindow.Where(r => r.Status is not null).Select(r => r.Status!)]);
    }

    private static string? OfNumbers(Aggregate aggregate, double[] values) => aggregate.Function switch
    {
        AggregateFunction.Count => Number(values.Length),
        AggregateFunction.Distinct => Number(values.Distinct().Count()),
        _ when values.Length == 0 => null,
        AggregateFunction.Sum => Number(values.Aggregate(0.0, (sum, value) => sum + value)),
        AggregateFunction.Mean => Number(values.Aggregate(0.0, (sum, value) => sum + value) / values.Length),
        AggregateFunction.Min => Number(values.Min()),
        AggregateFunction.Max => Number(values.Max()),
        AggregateFunction.Share => Number((double)values.Count(v => v == double.Parse(aggregate.Value!, CultureInfo.InvariantCulture)) / values.Length),
        _ => Number(values[^1]),
    };

    private static string? OfTexts(Aggregate aggregate, string[] values) => aggregate.Function switch
    {
        AggregateFunction.Count => Number(values.Length),
        AggregateFunction.Distinct => Number(values.Distinct().Count()),
        _ when values.Length == 0 => null,
        AggregateFunction.Share => Number((double)values.Count(v => v == aggregate.Value) / values.Length),
        _ => values[^1],
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static WrittenRow Row(Random random) => new(
        random.Next(12) == 0 ? null : Keys[random.Next(Keys.Length)],
        random.Next(12) == 0 ? null : Instant(random),
        random.Next(3) == 0 ? null : Instant(random),
        random.Next(6) == 0 ? null : Math.Round((random.NextDouble() - 0.5) * 100, random.Next(4)) + 0.0,
        random.Next(6) == 0 ? null : Statuses[random.Next(Statuses.Length)]);

    private static AskedRow Ask(Random random)
    {
        DateTimeOffset? asOf = random.Next(10) == 0 ? null : Instant(random);
        return new(random.Next(10) == 0 ? null : random.Next(10) == 0 ? "nobody" : Keys[random.Next(Keys.Length)], asOf, random.Next(2) == 0 ? asOf : Instant(random));
    }

    private static Aggregate Aggregated(string name, Random random)
    {
        var window = random.Next(3) == 0 ? double.PositiveInfinity : random.Next(1, 5) * 86_400.0;
        if (random.Next(2) == 0)
        {
            var function = (AggregateFunction)random.Next(8);
            return new Aggregate(name, function, "amount", window, function == AggregateFunction.Share ? "7" : null);
        }

        AggregateFunction[] ofTexts = [AggregateFunction.Count, AggregateFunction.Last, AggregateFunction.Distinct, AggregateFunction.Share];
        var chosen = ofTexts[random.Next(ofTexts.Length)];
        return new Aggregate(name, chosen, "status", window, chosen == AggregateFunction.Share ? random.Next(5) == 0 ? "never" : "late" : null);
    }

    // Every half day of five: whole days and windows meet.
    private static DateTimeOffset Instant(Random random) => First.AddHours(12 * random.Next(10));

    private static string Written(DateTimeOffset? time, Random random)
    {
        if (time is not { } instant)
        {
            return "";
        }

        var offset = TimeSpan.FromMinutes(30 * random.Next(-24, 29));
        return random.Next(4) switch
        {
            0 when instant.TimeOfDay == TimeSpan.Zero => instant.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            1 => instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            2 => instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            _ => instant.ToOffset(offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        };
    }
}
