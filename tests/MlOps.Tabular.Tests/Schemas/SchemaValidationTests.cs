using System.Text;

namespace MlOps.Tabular.Tests.Schemas;

/// <summary>A file that is held against its schema block by block has the findings that it has as a whole.</summary>
public sealed class SchemaValidationTests
{
    [Fact]
    public void Parts_of_any_size_give_the_findings_of_the_whole()
    {
        var schema = TableSchema.Learn(Read(File(600, _ => "")), "id", "label");
        var random = new Random(20261121);
        for (var i = 0; i < 60; i++)
        {
            var file = Read(File(400, row => Spoilt(random, row)));
            var expected = Show(schema.Validate(file));
            using var validation = new SchemaValidation(schema);
            for (var row = 0; row < file.RowCount;)
            {
                var rows = Math.Min(file.RowCount - row, 1 + random.Next(120));
                validation.Add(file.TakeRows([.. Enumerable.Range(row, rows)]));
                row += rows;
            }

            Assert.Equal(expected, Show(validation.Finish()));
        }
    }

    [Fact]
    public void A_file_of_many_blocks_has_in_one_pass_the_findings_that_its_table_has()
    {
        var schema = TableSchema.Learn(Read(File(5000, _ => "")), "id", "label");
        var csv = File(60_000, row => row == 9_973 ? "9973,500,Osaka,1000,1" : row == 47_000 ? "47000,30,Nara,1000,1" : "") + "59999,31,Osaka,1000,1\n59999,31,Osaka,1000,1\n";
        var expected = schema.Validate(Read(csv));
        var (errors, findings) = new ProfileBuilder("label").AddAndValidate(new MemoryStream(Encoding.UTF8.GetBytes(csv)), null, schema);
        Assert.Empty(errors);
        Assert.Equal(Show(expected), Show(findings));
        Assert.Contains(findings, f => f.Rule == SchemaRules.DuplicateRow);
        Assert.Contains(findings, f => f.Rule == SchemaRules.DuplicateId);
        Assert.Contains(findings, f => f.Rule == SchemaRules.OutOfRange);
        Assert.Contains(findings, f => f.Rule == SchemaRules.UnseenCategory);
    }

    [Fact]
    public void A_text_in_a_late_block_retypes_the_column_on_its_line()
    {
        var schema = TableSchema.Learn(Read(File(5000, _ => "")), "id", "label");
        var csv = File(60_000, row => row == 55_555 ? "55555,old,Osaka,1,1" : "");
        var (_, findings) = new ProfileBuilder().AddAndValidate(new MemoryStream(Encoding.UTF8.GetBytes(csv)), null, schema);
        var finding = Assert.Single(findings, f => f.Rule == SchemaRules.RetypedColumn);
        Assert.Equal(("age", 55_557L), (finding.Column, finding.Line));
    }

    [Fact]
    public void What_occurs_twice_is_found_exactly_when_it_does_not_fit_into_memory()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var entries = Enumerable.Range(1, 500 + random.Next(500)).Select(line => (Hash: (UInt128)(ulong)random.Next(600) << 64 | (ulong)random.Next(2), Line: (long)line)).ToList();
            using var search = new DuplicateSearch(most: 16 + random.Next(2000));
            entries.ForEach(e => search.Add(e.Hash, e.Line));

            var first = new Dictionary<UInt128, long>();
            var repeats = entries.Where(e => !first.TryAdd(e.Hash, e.Line)).ToList();
            Assert.Equal((repeats.Count, repeats[0].Line, first[repeats[0].Hash]), search.Find());
        }
    }

    private static string File(int rows, Func<int, string> spoilt)
    {
        var text = new StringBuilder("id,age,city,income,label\n");
        for (var i = 0; i < rows; i++)
        {
            var other = spoilt(i);
            text.Append(other.Length > 0 ? other : $"{i},{20 + (i % 50)},{(i % 3 == 0 ? "Kyoto" : "Osaka")},{(i % 10 == 0 ? "" : (1000 + (i * 7 % 900)).ToString())},{(i * 7 % 5 == 0 ? 1 : 0)}").Append('\n');
        }

        return text.ToString();
    }

    private static string Spoilt(Random random, int row) => random.Next(40) switch
    {
        0 => $"{row},500,Osaka,1000,1",
        1 => $"{row},,Osaka,1000,1",
        2 => $"{row},30,Nara,1000,1",
        3 => $"{Math.Max(0, row - random.Next(50))},30,Kyoto,1000,0",
        4 => $"{row},30,,,0",
        _ => "",
    };

    private static string Show(IEnumerable<SchemaFinding> findings) => string.Join('\n', findings);

    private static Table Read(string text) => CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text))).Table;
}
