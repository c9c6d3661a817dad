using System.Diagnostics;
using System.Globalization;
using System.Text;
using MlOps.Tabular;

namespace MlOps.Benchmarks.Csv;

/// <summary>
/// Throws random bytes and mutated CSV at the reader. It may refuse with a reason; it may not crash, hang, lose rows silently, answer differently for
/// other block sizes or kernels, or use more memory than its bound. A failure prints the seed and the input, and the seed reproduces it.
/// </summary>
internal static class CsvFuzz
{
    private const long MemoryBound = 256L << 20;
    private const double SlowSeconds = 10;

    private static readonly string[] Seeds =
    [
        "a,b,c\n1,2.5,x\n2,,\"y, z\"\n3,NA,\"q \"\"r\"\"\"\n",
        "id;wert;text\r\n1;1,5;\u00E4\r\n2;2,5;\"mehr\r\nzeilig\"\r\n",
        "x\ty\n1\t2\n3\t4\n",
        "sep=|\na|b\n1|2\n",
        "\uFEFFnumber,date,flag\n1e5,2020-01-01,true\n-0.0001,2021-12-31,false\n",
        "a, b, c\n1, \"x, y\", 2\n3, \"z\", 4\n5, \"w\", 6\n7, \"v\", 8\n",
        "Title\n\na,b\n1,2\n3,4\n5,6\n",
        "a,b\n'1,2',3\n'x\\'y',4\n",
    ];

    public static int Run(string[] args)
    {
        var inputs = Option(args, "--inputs") is { } n ? int.Parse(n, CultureInfo.InvariantCulture) : 1_000_000;
        var seed = Option(args, "--seed") is { } s ? int.Parse(s, CultureInfo.InvariantCulture) : 1;
        var watch = Stopwatch.StartNew();
        var result = Fuzz(inputs, seed, Option(args, "--seeds"), done => Console.Error.WriteLine($"{done} inputs, {watch.Elapsed.TotalSeconds:0} s, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB at most"));
        Console.WriteLine(result.Failure ?? $"{inputs} inputs from seed {seed}: {result.Read} read, {result.Refused} refused, slowest {result.Slowest * 1000:0} ms, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB, {watch.Elapsed.TotalSeconds:0} s");
        return result.Failure is null ? 0 : 1;
    }

    /// <summary>Runs so many inputs; the outcome's failure is null when all went well.</summary>
    /// <param name="inputs">How many.</param>
    /// <param name="seed">The same seed gives the same inputs.</param>
    /// <param name="folder">A folder of files to mutate besides the built-in ones.</param>
    /// <param name="progress">Called every 100,000 inputs.</param>
    public static Outcome Fuzz(int inputs, int seed, string? folder = null, Action<int>? progress = null)
    {
        var seeds = Seeds.Select(Encoding.UTF8.GetBytes).Concat(Seeds.Select(Encoding.Latin1.GetBytes)).Concat(Seeds.Take(3).Select(Encoding.Unicode.GetBytes)).ToList();
        if (folder is not null)
        {
            seeds.AddRange(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(b => b.Length < 5000));
        }

        var outcome = new Outcome();
        for (var i = 0; i < inputs && outcome.Failure is null; i++)
        {
            var random = new Random(HashCode(seed, i));
            var bytes = random.Next(10) == 0 ? RandomBytes(random) : Mutate(seeds[random.Next(seeds.Count)], random);
            var watch = Stopwatch.StartNew();
            var problem = Try(bytes, random, outcome);
            outcome.Slowest = Math.Max(outcome.Slowest, watch.Elapsed.TotalSeconds);
            if (watch.Elapsed.TotalSeconds > SlowSeconds)
            {
                problem ??= $"took {watch.Elapsed.TotalSeconds:0.0} s";
            }

            if (i % 10_000 == 0 && GC.GetTotalMemory(forceFullCollection: false) > MemoryBound && GC.GetTotalMemory(forceFullCollection: true) > MemoryBound)
            {
                problem ??= $"holds {GC.GetTotalMemory(false) >> 20} MB";
            }

            outcome.Failure = problem is null ? null : $"input {i} of seed {seed}: {problem}\n{Convert.ToBase64String(bytes)}";
            if ((i + 1) % 100_000 == 0)
            {
                progress?.Invoke(i + 1);
            }
        }

        return outcome;
    }

    private static string? Try(byte[] bytes, Random random, Outcome outcome)
    {
        var options = new CsvReadOptions
        {
            Threads = 1,
            Delimiter = random.Next(3) == 0 ? ',' : null,
            Quote = random.Next(3) == 0 ? '"' : null,
            Encoding = random.Next(6) == 0 ? "utf-8" : null,
            RepairRaggedRows = random.Next(4) == 0,
            KeepStrayQuotes = random.Next(4) == 0,
            KeepRejectedRows = random.Next(2) == 0,
            InferBooleansAndDates = random.Next(4) == 0,
            MaxFieldBytes = random.Next(8) == 0 ? 16 : 1 << 20,
            MaxRecordBytes = random.Next(8) == 0 ? 64 : 8 << 20,
        };
        try
        {
            var one = Read(bytes, options, 4096, IndexerFactory.Best, outcome);
            var other = Read(bytes, options, 1 + random.Next(200), IndexerFactory.Available[random.Next(IndexerFactory.Available.Count)].Index, outcome);
            // Where a record is too long for the bound is the one thing that block sizes may decide.
            if (one != other && options.MaxRecordBytes > 64)
            {
                return $"blocks or kernel change the answer:\n{one}\n---\n{other}";
            }

            try
            {
                _ = CsvFile.ReadRecords(new MemoryStream(bytes), options).Count();
            }
            catch (CsvException)
            {
                // A refusal with a reason is an answer.
            }

            return null;
        }
        catch (Exception crash) when (crash is not CsvException)
        {
            return crash.ToString();
        }
    }

    private static string Read(byte[] bytes, CsvReadOptions options, int blockBytes, BlockIndexer kernel, Outcome outcome)
    {
        try
        {
            var read = new TableReader(options, blockBytes, kernel).Read(new MemoryStream(bytes), CancellationToken.None);
            outcome.Read++;
            var table = read.Table;
            if (table.RowCount > read.RecordCount || (table.RowCount < read.RecordCount && read.ErrorCount == 0)
                || (options.KeepRejectedRows && table.RowCount + read.Rejected.Count != read.RecordCount))
            {
                throw new InvalidOperationException($"{read.RecordCount} records, but {table.RowCount} rows, {read.Rejected.Count} kept and {read.ErrorCount} errors");
            }

            var text = new StringBuilder();
            foreach (var column in table.Columns)
            {
                for (var r = 0; r < column.RowCount; r++)
                {
                    text.Append(column.Text(r)).Append('\u0001');
                }
            }

            return text.Append(string.Join('\n', read.Errors)).Append(string.Join(',', table.LineNumbers)).ToString();
        }
        catch (CsvException refused)
        {
            outcome.Refused++;
            return refused.Message;
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        byte[] spice = [(byte)',', (byte)'"', (byte)'\n', (byte)'\r', (byte)';', 0, 0xFF, (byte)'\'', (byte)'\\', (byte)' ', (byte)'-', (byte)'.', (byte)'9', 0xE3, 0x81, 0x82];
        for (var changes = 1 + random.Next(8); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.Insert(at, spice[random.Next(spice.Length)]); break;
                case 2: bytes.RemoveAt(at); break;
                case 3: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(20))); break;
                case 4: bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(40)).ToArray()); break;
                case 5: bytes[at] = spice[random.Next(spice.Length)]; break;
                default: bytes.InsertRange(at, Enumerable.Repeat(spice[random.Next(spice.Length)], random.Next(70))); break;
            }
        }

        return [.. bytes];
    }

    private static int HashCode(int seed, int input) => unchecked((seed * 486187739) + (input * 16777619) ^ input);

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    /// <summary>What happened.</summary>
    internal sealed class Outcome
    {
        public long Read { get; set; }

        public long Refused { get; set; }

        public double Slowest { get; set; }

        public string? Failure { get; set; }
    }
}
