using System.Text;
using System.Text.Json;
using MlOps.Testing;
using Xunit;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>The collection of good and bad files: each reads to its expected records or is refused with the expected kind of error.</summary>
public sealed class TortureTests
{
    public static TheoryData<string> Files()
    {
        var data = new TheoryData<string>();
        var manifest = Shared.Folder is null ? null : Path.Combine(Shared.Folder, "data", "csv-torture", "manifest.jsonl");
        foreach (var line in manifest is null ? [] : File.ReadAllLines(manifest))
        {
            data.Add(JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!);
        }

        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void A_file_told_its_dialect_reads_to_its_records_or_is_refused(string file)
    {
        var entry = Entry(file);
        var options = new CsvReadOptions
        {
            Delimiter = Character(entry, "delimiter"),
            Quote = Character(entry, "quote") ?? '"',
            Escape = Character(entry, "escape") ?? '\0',
            Encoding = DeclaredEncoding(entry),
        };
        Check(entry, Text(entry, "delimiter") == ", " ? options with { Delimiter = null } : options);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void A_file_of_which_nothing_is_told_reads_the_same_way(string file)
    {
        var entry = Entry(file);
        if (HardToGuess.Contains(file))
        {
            return;
        }

        Check(entry, new CsvReadOptions());
    }

    // Refused when told the usual dialect, but readable in another that can be guessed.
    private static readonly HashSet<string> HardToGuess =
    [
        "csvlint/invalid-byte-sequence.csv", // Portuguese in Latin-1: guessed as that, and read
        "csv-parser/option-escape.csv", // backslashes before quotes: guessed as escapes, and read
    ];

    private static void Check(JsonElement entry, CsvReadOptions options)
    {
        var file = entry.GetProperty("file").GetString()!;
        var kind = entry.GetProperty("class").GetString()!;
        var bytes = File.ReadAllBytes(Shared.DataPath("data", "csv-torture", "files", file));
        if (kind is "malformed" or "bad-encoding" or "empty")
        {
            // gzip under a .csv name is opened by content; what it holds is a fine table.
            if (file.EndsWith("gzip_named_csv.csv", StringComparison.Ordinal))
            {
                Assert.True(CsvFile.ReadRecords(new MemoryStream(bytes), options).Count() > 1);
                return;
            }

            var refused = Assert.Throws<CsvException>(() => CsvFile.ReadRecords(new MemoryStream(bytes), options).Count());
            string[] expected = kind switch
            {
                "empty" => [CsvErrorCodes.Empty],
                "bad-encoding" => [CsvErrorCodes.Encoding],
                _ => [CsvErrorCodes.TextAfterQuote, CsvErrorCodes.UnclosedQuote, CsvErrorCodes.NotCsv],
            };
            Assert.Contains(refused.Errors[0].Code, expected);
            Assert.True(kind == "empty" || refused.Errors[0].Line > 0, refused.Message);
            return;
        }

        if (!entry.TryGetProperty("expected", out var path))
        {
            ReadsOrRefuses(bytes, options);
            return;
        }

        var answer = JsonSerializer.Deserialize<string[][]>(File.ReadAllText(Shared.DataPath("data", "csv-torture", path.GetString()!)))!
            .Where(r => r.Length > 0).ToArray();
        var records = CsvFile.ReadRecords(new MemoryStream(bytes), options).ToArray();
        Assert.Equal(answer.Select(Show), records.Select(Show));
        ReadsOrRefuses(bytes, options);
    }

    /// <summary>No crash: a table whose rows are all accounted for, or a reasoned refusal.</summary>
    private static void ReadsOrRefuses(byte[] bytes, CsvReadOptions options)
    {
        try
        {
            var table = CsvFile.ReadTable(new MemoryStream(bytes), options);
            Assert.True(table.Table.RowCount <= table.RecordCount);
            Assert.True(table.Table.RowCount == table.RecordCount || table.ErrorCount > 0);
        }
        catch (CsvException refused)
        {
            Assert.NotEmpty(refused.Errors[0].Message);
        }
    }

    [Fact]
    public void Random_texts_read_to_their_rows_or_are_refused()
    {
        var seen = 0;
        foreach (var line in File.ReadLines(Shared.DataPath("data", "csv-torture", "random-small.jsonl")))
        {
            var entry = JsonDocument.Parse(line).RootElement;
            var bytes = Encoding.UTF8.GetBytes(entry.GetProperty("text").GetString()!);
            var options = new CsvReadOptions { Delimiter = ',', Quote = '"', Escape = '\0', Encoding = "utf-8" };
            if (!entry.TryGetProperty("rows", out var rows))
            {
                Assert.Throws<CsvException>(() => CsvFile.ReadRecords(new MemoryStream(bytes), options).Count());
            }
            else
            {
                var expected = rows.Deserialize<string[][]>()!.Where(r => r.Length > 0).Select(Show).ToArray();
                if (expected.Length > 0)
                {
                    Assert.Equal(expected, CsvFile.ReadRecords(new MemoryStream(bytes), options).Select(Show));
                }
            }

            seen++;
        }

        Assert.Equal(1500, seen);
    }

    private static string Show(string[] record) => JsonSerializer.Serialize(record);

    private static JsonElement Entry(string file) =>
        File.ReadLines(Shared.DataPath("data", "csv-torture", "manifest.jsonl"))
            .Select(l => JsonDocument.Parse(l).RootElement)
            .First(e => e.GetProperty("file").GetString() == file);

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static char? Character(JsonElement entry, string name) => Text(entry, name) is { Length: > 0 } text ? text[0] : null;

    private static string? DeclaredEncoding(JsonElement entry) => Text(entry, "encoding") switch
    {
        _ when Text(entry, "class") == "bad-encoding" => "utf-8",
        "cp932" or "euc_jp" or "iso-8859-1" or "latin-1" => Text(entry, "encoding"),
        _ => null,
    };
}
