namespace MlOps.Tabular.Tests.AsOf;

/// <summary>The as-of join: no row sees the future, by either clock.</summary>
public sealed class AsOfTableTests
{
    private const double Day = 86_400;

    [Fact]
    public void Ten_thousand_random_cases_come_out_as_by_brute_force()
    {
        var (visible, cells) = (0L, 0L);
        for (var seed = 0; seed < 10_000; seed++)
        {
            var one = new AsOfCase(seed);
            TextColumn keys = TextColumn.FromTexts("id", one.Asked.Select(a => a.Key));
            double[] asOf = [.. one.Asked.Select(a => Seconds(a.AsOf))];
            double[] knownAt = [.. one.Asked.Select(a => Seconds(a.KnownAt))];
            var joined = new AsOfTable(WithColumns(one.Read()), threads: 1 + (seed % 2)).Join(keys, asOf, knownAt, one.Aggregates, threads: 1 + (seed % 2));
            var expected = one.Expected();
            for (var i = 0; i < joined.Count; i++)
            {
                string?[] found = [.. Enumerable.Range(0, one.Asked.Count).Select(row => joined[i].Text(row))];
                Assert.True(expected[i].SequenceEqual(found), $"seed {seed}, {one.Aggregates[i]}: {string.Join(' ', expected[i])} is right, {string.Join(' ', found)} was joined");
                cells += found.Length;
                visible += found.Count(cell => cell is not null and not "0");
            }
        }

        // A test of cases in which nothing is ever seen would pass.
        Assert.True(visible > cells / 5, $"{visible} of {cells} cells saw something");
    }

    [Fact]
    public void An_event_at_the_very_time_of_the_row_is_its_future_and_what_became_known_at_that_time_is_its_past()
    {
        var side = Side("k", [(0, 0, 1), (1, 2, 10), (2, 2, 100)]);
        Assert.Equal([1], Sums(side, [2 * Day], knownAt: [1 * Day]));
        Assert.Equal([11], Sums(side, [2 * Day], knownAt: [2 * Day]));
        Assert.Equal([111], Sums(side, [(2 * Day) + 1], knownAt: [2 * Day]));
    }

    [Fact]
    public void A_correction_changes_what_is_known_from_its_arrival_on_and_never_what_was_known_before()
    {
        var side = Side("k", [(0, 1, 5)], [(0, 3, 7), (0, 3, 1)]);
        double[] days = [Day, 2 * Day, 3 * Day, 4 * Day];
        // Both rows that came on the third day stand in place of the one from before.
        Assert.Equal([5, 5, 8, 8], Sums(side, days, days));
    }

    [Fact]
    public void The_same_rows_delivered_again_count_once()
    {
        (double, double, double)[] rows = [(0, 0, 5), (0, 0, 3), (1, 1, 2)];
        Assert.Equal([10], Sums(Side("k", rows, rows), [9 * Day], [9 * Day]));
    }

    [Fact]
    public void A_window_begins_that_long_before_the_row_s_time_and_includes_its_beginning() =>
        Assert.Equal([110], Sums(Side("k", [(0, 0, 1), (1, 1, 10), (2, 2, 100)]), [3 * Day], [3 * Day], window: 2 * Day));

    [Fact]
    public void Threads_and_the_order_of_the_main_rows_change_nothing()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 20_000).Select(_ => ($"k{random.Next(300)}", (double)random.Next(100), random.NextDouble())).ToArray();
        var side = new SideRows(
            TextColumn.FromTexts("k", rows.Select(r => r.Item1)), [.. rows.Select(r => r.Item2 * Day)], [.. rows.Select(_ => double.NaN)],
            new Table([new NumberColumn("v", [.. rows.Select(r => r.Item3)]), TextColumn.FromTexts("s", rows.Select(r => r.Item1[^1..]))]));
        var table = new AsOfTable([side]);
        string[] keys = [.. Enumerable.Range(0, 5000).Select(i => $"k{i % 310}")];
        double[] asOf = [.. keys.Select((_, i) => (i % 101) * Day)];
        Aggregate[] aggregates = [new("sum", AggregateFunction.Sum, "v"), new("mean", AggregateFunction.Mean, "v", 30 * Day), new("last", AggregateFunction.Last, "s")];
        byte[] Joined(int threads, int[] order)
        {
            double[] times = [.. order.Select(i => asOf[i])];
            var columns = table.Join(TextColumn.FromTexts("id", order.Select(i => keys[i])), times, times, aggregates, threads);
            using var bytes = new MemoryStream();
            int[] back = [.. Enumerable.Range(0, order.Length).OrderBy(i => order[i])];
            new Table([.. columns]).TakeRows(back).Save(bytes);
            return bytes.ToArray();
        }

        int[] inOrder = [.. Enumerable.Range(0, keys.Length)];
        var once = Joined(1, inOrder);
        Assert.Equal(once, Joined(4, inOrder));
        Assert.Equal(once, Joined(3, [.. inOrder.Reverse()]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Many_keys_of_several_files_are_joined_as_each_key_by_itself(int threads)
    {
        const int Keys = 700;
        var random = new Random(threads);
        // Three files, of which the last corrects the others; some rows without a key, a time, a value.
        (int Key, double Time, double Known, double Value)[][] files = [.. new[] { 4000, 0, 3000 }.Select((rows, file) => Enumerable.Range(0, rows).Select(_ => (
            random.Next(20) == 0 ? -1 : random.Next(Keys), random.Next(20) == 0 ? double.NaN : random.Next(10) * Day, random.Next(3) == 0 ? double.NaN : (random.Next(10) + file) * Day,
            random.Next(10) == 0 ? double.NaN : random.NextDouble())).ToArray())];
        AsOfTable Of(Func<int, bool> wanted, int by) => new([.. files.Select(f => f.Where(r => wanted(r.Key)).ToArray()).Select(rows => new SideRows(
            TextColumn.FromTexts("key", rows.Select(r => r.Key < 0 ? null : $"k{r.Key}")), [.. rows.Select(r => r.Time)], [.. rows.Select(r => r.Known)],
            new Table([new NumberColumn("v", [.. rows.Select(r => r.Value)])])))], by);
        Aggregate[] aggregates = [.. Enum.GetValues<AggregateFunction>().Where(f => f != AggregateFunction.Share).SelectMany(f =>
            new[] { new Aggregate($"{f}", f, "v"), new Aggregate($"{f} of days", f, "v", 3 * Day) })];
        double[] days = [.. Enumerable.Range(0, 14).Select(day => day * Day)];
        var all = Of(_ => true, threads).Join(
            TextColumn.FromTexts("id", Enumerable.Range(0, Keys).SelectMany(key => days.Select(_ => $"k{key}"))),
            [.. Enumerable.Range(0, Keys).SelectMany(_ => days)], [.. Enumerable.Range(0, Keys).SelectMany(_ => days)], aggregates, threads);
        for (var key = 0; key < Keys; key++)
        {
            var alone = Of(other => other == key, 1).Join(TextColumn.FromTexts("id", days.Select(_ => $"k{key}")), days, days, aggregates);
            Assert.All(alone.Zip(all), pair => Assert.Equal(
                ((NumberColumn)pair.First).Values.Select(BitConverter.DoubleToInt64Bits),
                ((NumberColumn)pair.Second).Values.Skip(key * days.Length).Take(days.Length).Select(BitConverter.DoubleToInt64Bits)));
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(500)]
    public void Rows_of_a_key_may_come_in_any_order_however_many_there_are(int rows)
    {
        var random = new Random(rows);
        (double Day, double Known, double Value)[] inOrder = [.. Enumerable.Range(0, rows).Select(day => ((double)day, (double)day, random.NextDouble()))];
        var shuffled = inOrder.ToArray();
        random.Shuffle(shuffled);
        double[] days = [.. Enumerable.Range(0, rows + 2).Select(day => day * Day)];
        Assert.Equal(Sums(Side("k", inOrder), days, days), Sums(Side("k", shuffled), days, days));
    }

    [Fact]
    public void A_function_that_does_not_fit_its_column_is_told()
    {
        var side = new SideRows(TextColumn.FromTexts("k", ["k"]), [0], [0], new Table([TextColumn.FromTexts("status", ["late"])]));
        var error = Assert.Throws<ArgumentException>(() => new AsOfTable([side]).Join(TextColumn.FromTexts("id", ["k"]), [Day], [Day], [new("m", AggregateFunction.Mean, "status")]));
        Assert.Contains("'status' holds texts", error.Message, StringComparison.Ordinal);
    }

    // A side table without files still has columns of known kinds.
    private static IReadOnlyList<SideRows> WithColumns(IReadOnlyList<SideRows> files) =>
        [new SideRows(TextColumn.FromTexts("key", []), [], [], new Table([new NumberColumn("amount", []), TextColumn.FromTexts("status", [])], rowCount: 0)), .. files];

    private static AsOfTable Side(string key, params (double Day, double Known, double Value)[][] files) => new([.. files.Select(rows => new SideRows(
        TextColumn.FromTexts("key", rows.Select(_ => key)), [.. rows.Select(r => r.Day * Day)], [.. rows.Select(r => r.Known * Day)],
        new Table([new NumberColumn("v", [.. rows.Select(r => r.Value)])])))]);

    private static double[] Sums(AsOfTable side, double[] asOf, double[] knownAt, double window = double.PositiveInfinity) =>
        ((NumberColumn)side.Join(TextColumn.FromTexts("id", asOf.Select(_ => "k")), asOf, knownAt, [new("sum", AggregateFunction.Sum, "v", window)]).Single()).Values;

    private static double Seconds(DateTimeOffset? time) => time is { } t ? (t - DateTimeOffset.UnixEpoch).TotalSeconds : double.NaN;
}
