using System.Globalization;
using System.Text;
using MlOps.Testing;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>Where a file is cut into blocks, which kernel indexes them and how many threads parse them must not show in the result.</summary>
public sealed class BlockTests
{
    private static readonly string[] Texts =
    [
        "a,b,c\n1,2,3\n4,5,6\n",
        "a,b\r\n1,\"x\r\ny\"\r\n\r\n2,\"say \"\"hi\"\"\"\r\n3,z",
        "a;b\r1;2\r\r3;4,5\r\"6\";7\r",
        "\n\na,b\n1,2,3\n4\n\"q\" x,5\n6,7\n6,\"8\n",
        "a,b\n1,\u00E9\n2,\u6F22\u5B57\n3,\u0000x\n4,\uD83D\uDE00\n",
        "n,t\n1,1\n2.50,02\n,x\n1e3,NA\n-0,null\n00,5\n",
        "n,t\n1.50,1\n12.0,2\n0.1234567890123456789,3\n5,4\n+7,5\n.5,6\n5.,7\nx,8\n",
        "a, b, c\n1, \"x, y\", 2\n3, \"z\", 4\n5, \"\", 6\n",
        "a,b\na,b\n1,2\na,b\n",
        "\"a\nb\",\"c\"\n\"1\n\n\",2\n\"\",\n",
        "x\n\"\"\"\"\n\"\"\n\n\"a\"\"\"\n",
        "t,n\n" + new string(' ', 70) + ",1\n" + new string(' ', 40) + "NA" + new string(' ', 40) + ",2\nx,3\n",
    ];

    [Fact]
    public void A_text_cut_into_blocks_of_any_size_reads_the_same_with_every_kernel()
    {
        foreach (var text in Texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var options = new CsvReadOptions { Threads = 1 };
            var expected = Describing.Read(bytes, options, 1 << 16, IndexerFactory.Available[^1].Index);
            for (var size = 1; size <= bytes.Length + 1; size++)
            {
                foreach (var (name, kernel) in IndexerFactory.Available)
                {
                    Assert.True(expected == Describing.Read(bytes, options, size, kernel), $"blocks of {size}, kernel {name}, text {text}");
                }
            }
        }
    }

    [Fact]
    public void Random_texts_cut_into_blocks_read_the_same_with_any_number_of_threads()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(RandomText(random));
            var options = new CsvReadOptions { Threads = 1, Delimiter = ',', Quote = '"', Escape = random.Next(8) == 0 ? '\\' : '\0' };
            var expected = Describing.Read(bytes, options, 1 << 16, IndexerFactory.Available[^1].Index);
            var size = 1 + random.Next(bytes.Length + 10);
            foreach (var (name, kernel) in IndexerFactory.Available)
            {
                Assert.True(expected == Describing.Read(bytes, options with { Threads = 1 + (i % 20 == 0 ? 2 : 0) }, size, kernel), $"text {i}, blocks of {size}, kernel {name}: {Encoding.UTF8.GetString(bytes)}");
            }
        }
    }

    [Fact]
    public void A_file_of_many_columns_with_ragged_rows_reads_the_same_in_blocks_of_few_rows_and_of_many()
    {
        var random = new Random(23);
        for (var i = 0; i < 30; i++)
        {
            var columns = 1 + random.Next(40);
            var quotes = random.Next(2) == 0;
            var text = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(c => $"c{c}"))).Append('\n');
            var rows = random.Next(400);
            for (var r = 0; r < rows; r++)
            {
                var cells = Enumerable.Range(0, random.Next(40) == 0 ? columns + 1 : columns).Select(c => Cell(random, c, quotes));
                text.Append(string.Join(',', cells)).Append('\n');
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            var options = new CsvReadOptions { Threads = 1, Delimiter = ',', Quote = '"', Columns = i % 3 == 0 ? ["c0", "c7", "c13"] : null };
            // So short that no block has as many rows as are read at once.
            var expected = Describing.Read(bytes, options, 100, IndexerFactory.Available[^1].Index);
            foreach (var (name, kernel) in IndexerFactory.Available)
            {
                Assert.True(expected == Describing.Read(bytes, options, 1 << 18, kernel), $"text {i}, kernel {name}");
                Assert.True(expected == Describing.Read(bytes, options with { Threads = 2 }, 5000, kernel), $"text {i}, kernel {name}");
            }
        }
    }

    private static string Cell(Random random, int column, bool quotes) => (column % 6, random.Next(quotes ? 6 : 5)) switch
    {
        (_, 0) => "",
        (0, _) => random.Next(10).ToString(CultureInfo.InvariantCulture),
        (1, _) => (random.Next(100_000) / 1000.0).ToString(CultureInfo.InvariantCulture),
        (2, _) => random.Next(-5_000_000, 5_000_000).ToString(CultureInfo.InvariantCulture) + ".25",
        (3, 5) => "\"a, " + random.Next(3) + "\"",
        (3, _) => "text " + random.Next(400),
        (4, _) => random.Next(100) == 0 ? "-0.0" : random.Next(50) == 0 ? "NA" : random.Next(1000).ToString(CultureInfo.InvariantCulture),
        (_, 5) => "\"" + random.Next(10) + "\"",
        _ => new string((char)('a' + random.Next(3)), random.Next(50)),
    };

    [Fact]
    public void The_records_of_the_torture_files_do_not_depend_on_blocks_kernels_or_threads()
    {
        foreach (var file in Directory.GetFiles(Shared.DataPath("data", "csv-torture", "files"), "*", SearchOption.AllDirectories).Order())
        {
            var bytes = File.ReadAllBytes(file);
            var options = new CsvReadOptions { Threads = 1 };
            var expected = Describing.Read(bytes, options, 1 << 20, IndexerFactory.Available[^1].Index);
            foreach (var size in (int[])[7, 64, 1000])
            {
                foreach (var (name, kernel) in IndexerFactory.Available)
                {
                    Assert.True(expected == Describing.Read(bytes, options with { Threads = 2 }, size, kernel), $"{file}: blocks of {size}, kernel {name}");
                }
            }
        }
    }

    [Fact]
    public void Every_kernel_finds_what_the_plain_indexer_finds()
    {
        var random = new Random(5);
        var dialect = new CsvDialect(',', '"', '\0', false, "", false);
        var compared = 0;
        for (var i = 0; i < 20000; i++)
        {
            var text = Encoding.UTF8.GetBytes(RandomText(random));
            var buffer = new byte[text.Length + (2 * TextBlock.Margin)];
            text.CopyTo(buffer, TextBlock.Margin);
            var expected = new RecordIndex();
            PlainIndexer.Index(text, dialect, expected);
            foreach (var (name, kernel) in IndexerFactory.Available)
            {
                var found = new RecordIndex();
                if (!kernel(buffer, TextBlock.Margin, text.Length, dialect, found))
                {
                    continue;
                }

                compared++;
                Assert.Empty(expected.Issues);
                Assert.Equal(Show(expected), Show(found));
            }
        }

        Assert.True(IndexerFactory.Available.Count == 1 || compared > 1000);
    }

    private static string Show(RecordIndex index)
    {
        var text = new StringBuilder($"{index.LineCount};{index.HasQuotes};");
        for (var r = 0; r < index.RowCount; r++)
        {
            text.Append('\n').Append(index.RowLine[r]).Append(':');
            for (var c = 0; c < index.CellCount(r); c++)
            {
                text.Append(index.Cell(r, c));
            }
        }

        return text.ToString();
    }

    internal static string RandomText(Random random)
    {
        string[] pieces = random.Next(4) switch
        {
            0 => ["a", "1", ",", ",", "\n", "\"", "\"\"", "\r\n", "\r", " ", "\\"],
            1 => ["1.5", "22", ",", ",", "\n", "-3", "0.000123", "x"],
            2 => [",\"a,b\"", ",\"\"", "\n\"x\ny\"", "\n1", ",2", ",\"q\"\"q\""],
            _ => ["1,2,3\n", "4,5,6\r\n", "7,\"8\",9\n", "NA,,x\n", "\n", "10,11\n"],
        };
        var text = new StringBuilder(random.Next(2) == 0 ? "a,b,c\n" : "");
        var length = random.Next(random.Next(3) == 0 ? 200 : 30);
        for (var i = 0; i < length; i++)
        {
            text.Append(pieces[random.Next(pieces.Length)]);
        }

        return text.ToString();
    }
}
