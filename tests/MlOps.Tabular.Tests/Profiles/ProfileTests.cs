using System.Globalization;
using System.Text;

namespace MlOps.Tabular.Tests.Profiles;

public sealed class ProfileTests
{
    [Fact]
    public void A_small_file_is_profiled_exactly()
    {
        var profile = Profile("n,t,b,d,y\n1,a,true,2020-01-01,0\n2,b,false,2020-01-02,1\n,a,true,,0\n4.5,,false,2020-01-03,1\n", "y");
        var n = profile.Columns[0];
        Assert.Equal(("number", 4L, 1L, 3L, true), (n.Type, n.Count, n.Missing, n.Distinct, n.IsExact));
        Assert.Equal((1, 4.5, 2.5), (n.Min, n.Max, n.Mean));
        Assert.Equal(1.8027756377319946, n.StandardDeviation!.Value, 12);
        Assert.Equal(2, n.Quantiles.Single(q => q.Probability == 0.5).Value);
        Assert.Equal(["text", "boolean", "date", "integer"], profile.Columns.Skip(1).Select(c => c.Type));
        Assert.Equal(new TopValue("a", 2), profile.Columns[1].Top[0]);
        Assert.Equal("correlation", n.Association!.Measure);
        Assert.Null(profile.Columns[4].Association);
    }

    [Fact]
    public void Estimates_of_many_values_keep_within_their_stated_bounds()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 200_000).Select(_ => random.NextDouble() * random.NextDouble() * 1e6).ToArray();
        var text = new StringBuilder("x\n");
        foreach (var value in values)
        {
            text.Append(value.ToString("F3", CultureInfo.InvariantCulture)).Append('\n');
        }

        var column = Profile(text.ToString()).Columns[0];
        Assert.False(column.IsExact);
        Array.Sort(values);
        foreach (var q in column.Quantiles)
        {
            var rank = (double)values.Count(v => v <= q.Value) / values.Length;
            Assert.InRange(rank, q.Probability - KllSketch.RankError, q.Probability + KllSketch.RankError);
        }

        var distinct = values.Select(v => Math.Round(v, 3)).Distinct().Count();
        Assert.InRange(column.Distinct, distinct * (1 - (4 * HyperLogLog.StandardError)), distinct * (1 + (4 * HyperLogLog.StandardError)));
        Assert.Equal(values.Length, column.Histogram.Sum(b => b.Count));
        Assert.Equal(values.Average(), column.Mean!.Value, 3);
    }

    [Fact]
    public void Builders_of_two_halves_merge_into_the_profile_of_the_whole()
    {
        var random = new Random(9);
        var rows = Enumerable.Range(0, 5000).Select(_ => $"{random.Next(300)},{(char)('a' + random.Next(5))},{random.Next(2)}").ToArray();
        var whole = Profile("n,t,y\n" + string.Join('\n', rows), "y");
        var first = new ProfileBuilder("y");
        first.Add(Stream("n,t,y\n" + string.Join('\n', rows.Take(1234))));
        var second = new ProfileBuilder("y");
        second.Add(Stream("n,t,y\n" + string.Join('\n', rows.Skip(1234))));
        first.Merge(second);
        var merged = first.Build();
        foreach (var (a, b) in whole.Columns.Zip(merged.Columns))
        {
            Assert.Equal((a.Count, a.Missing, a.Distinct, a.Min, a.Max, a.Type), (b.Count, b.Missing, b.Distinct, b.Min, b.Max, b.Type));
            Assert.Equal(a.Top, b.Top);
            Assert.Equal(a.Quantiles, b.Quantiles);
            Assert.Equal(a.Mean ?? 0, b.Mean ?? 0, 10);
            Assert.Equal(a.Association?.Value ?? 0, b.Association?.Value ?? 0, 10);
        }
    }

    [Fact]
    public void A_column_that_turns_to_text_late_is_profiled_as_text_with_its_numbers()
    {
        var text = new StringBuilder("c,pad\n");
        for (var i = 0; i < 60_000; i++)
        {
            text.Append(i % 7).Append(",xxxxxxxxxxxxxxxx\n");
        }

        text.Append("late,x\n");
        var column = Profile(text.ToString()).Columns[0];
        Assert.Equal("text", column.Type);
        Assert.Equal(8, column.Distinct);
        Assert.Equal(60_001, column.Top.Sum(t => t.Count));
    }

    [Fact]
    public void A_text_that_decides_the_label_has_a_Cramers_v_of_one()
    {
        var text = string.Concat(Enumerable.Range(0, 400).Select(i => $"{(i % 2 == 0 ? "p" : "q")},{(i % 3 == 0 ? "u" : "v")},{i % 2}\n"));
        var profile = Profile("same,other,y\n" + text, "y");
        Assert.Equal(1, profile.Columns[0].Association!.Value, 6);
        Assert.InRange(profile.Columns[1].Association!.Value, 0, 0.1);
    }

    [Fact]
    public void The_profile_does_not_depend_on_the_number_of_threads()
    {
        var random = new Random(2);
        var text = new StringBuilder("a,b\n");
        for (var i = 0; i < 60_000; i++)
        {
            text.Append(random.NextDouble().ToString("R", CultureInfo.InvariantCulture)).Append(",t").Append(random.Next(1000)).Append('\n');
        }

        var one = ProfileBuilder.Profile(Stream(text.ToString()), new CsvReadOptions { Threads = 1 });
        var three = ProfileBuilder.Profile(Stream(text.ToString()), new CsvReadOptions { Threads = 3 });
        Assert.Equal(ProfilePage.Html(one, "x"), ProfilePage.Html(three, "x"));
    }

    [Fact]
    public void Nothing_from_the_data_becomes_markup_on_the_page()
    {
        var page = ProfilePage.Html(Profile("\"<script>alert(1)</script>\",\"a\"\"onmouseover=\"\"x\"\n<img src=x onerror=y>,1\n\"\"\"><b>\",2\n"), "<i>&\"'.csv");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"onmouseover", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    private static TableProfile Profile(string text, string? label = null) => ProfileBuilder.Profile(Stream(text), null, label);

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
