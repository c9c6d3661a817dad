using System.Text;
using System.Text.Json;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

public sealed class CsvAndInitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Cat_prints_records_as_arrays_header_first()
    {
        File.WriteAllText(folder["a.csv"], "a;b\n1;\"x\ny\"\n");
        var lines = await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "a.csv", "--delimiter", ";");
        Assert.Equal("[\"a\",\"b\"]\n[\"1\",\"x\\ny\"]\n", lines.Output);
        var document = await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "a.csv", "--json");
        Assert.Equal("x\ny", document.Json[1][1].GetString());
    }

    [Fact]
    public async Task Cat_takes_the_word_tab_and_an_encoding()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        File.WriteAllText(folder["a.tsv"], "名前\t値\nあ\t1\n", Encoding.GetEncoding("shift_jis"));
        var ended = await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "a.tsv", "--delimiter", "tab", "--encoding", "shift_jis", "--json");
        Assert.Equal("名前", ended.Json[0][0].GetString());
    }

    [Fact]
    public async Task Cat_of_a_broken_file_names_the_line_and_ends_with_1()
    {
        File.WriteAllText(folder["a.csv"], "a,b\n1,\"x\n");
        var ended = await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "a.csv", "--json");
        Assert.Equal(1, ended.ExitCode);
        Assert.Empty(ended.Output);
        Assert.Contains("line 2", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "missing.csv")).ExitCode);
        Assert.Equal(2, (await MlopsProcess.RunAsync(folder.Path, "csv", "cat", "a.csv", "--delimiter", "ab")).ExitCode);
    }

    [Fact]
    public async Task Schema_says_which_rows_cannot_be_read_and_ends_with_1_where_none_is_left()
    {
        File.WriteAllText(folder["trail.csv"], "a,b,c\n1,2,3,\n4,5,6,\n");
        var none = await MlopsProcess.RunAsync(folder.Path, "csv", "schema", "trail.csv");
        Assert.Equal((1, ""), (none.ExitCode, none.Output));
        Assert.Contains("line 2: the row has 4 cells, the header 3", none.Errors, StringComparison.Ordinal);
        Assert.Contains("none of its 2 rows can be read", none.Errors, StringComparison.Ordinal);

        File.WriteAllText(folder["some.csv"], "a,b,c\n1,2,3\n4,5\n6,7,8\n,,\n , ,\n");
        var some = await MlopsProcess.RunAsync(folder.Path, "csv", "schema", "some.csv");
        Assert.Equal(0, some.ExitCode);
        Assert.Contains("line 3: the row has 2 cells", some.Errors, StringComparison.Ordinal);
        Assert.Contains("\"rows\": 2", some.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_says_why_no_row_can_be_read()
    {
        File.WriteAllText(folder["trail.csv"], "a,b,y\n1,2,0,\n4,5,1,\n");
        var ended = await MlopsProcess.RunAsync(folder.Path, "init", "trail.csv", "--label", "y");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("none of the 2 rows of trail.csv can be read, the first because: line 2: the row has 4 cells", ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("no rows:", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_held_against_the_schema_that_another_gave_and_ends_with_1_when_it_does_not_fit()
    {
        File.WriteAllText(folder["a.csv"], "id,age,city\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{20 + (i % 40)},{(i % 2 == 0 ? "Kyoto" : "Osaka")}\n")));
        var schema = await MlopsProcess.RunAsync(folder.Path, "csv", "schema", "a.csv", "--id", "id");
        File.WriteAllText(folder["schema.json"], schema.Output);
        var same = await MlopsProcess.RunAsync(folder.Path, "csv", "profile", "a.csv", "--schema", "schema.json", "--json");
        Assert.Equal((0, 0), (same.ExitCode, same.Json.GetProperty("findings").GetArrayLength()));

        File.AppendAllText(folder["a.csv"], "7,30,Nara\n");
        var other = await MlopsProcess.RunAsync(folder.Path, "csv", "profile", "a.csv", "--schema", "schema.json");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("error: duplicate-id, line 62", other.Output, StringComparison.Ordinal);
        Assert.Contains("warning: unseen-category, line 62", other.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await MlopsProcess.RunAsync(folder.Path, "csv", "schema", "a.csv", "--id", "nothing")).ExitCode);
    }

    [Fact]
    public async Task Init_writes_the_file_prints_it_and_overwrites_only_by_force()
    {
        File.WriteAllText(folder["loans.csv"], "id,x,y\n1,2,0\n2,3,1\n");
        var first = await MlopsProcess.RunAsync(folder.Path, "init", "loans.csv");
        Assert.Equal(0, first.ExitCode);
        Assert.Equal(File.ReadAllText(folder["loans.yaml"]), first.Output);
        Assert.Equal(0, (await MlopsProcess.RunAsync(folder.Path, "init", "loans.csv")).ExitCode);
        File.AppendAllText(folder["loans.yaml"], "# mine\n");
        var refused = await MlopsProcess.RunAsync(folder.Path, "init", "loans.csv");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--force", refused.Errors, StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", File.ReadAllText(folder["loans.yaml"]), StringComparison.Ordinal);
        Assert.Equal(0, (await MlopsProcess.RunAsync(folder.Path, "init", "loans.csv", "--force", "--json")).ExitCode);
    }

    [Fact]
    public async Task Init_takes_the_folders_name_for_a_file_that_is_named_as_a_drop()
    {
        Directory.CreateDirectory(folder["credit"]);
        File.WriteAllText(folder["credit", "initial.csv"], "id,x,y\n1,2,0\n2,3,1\n");
        Assert.Equal(0, (await MlopsProcess.RunAsync(folder.Path, "init", "credit/initial.csv")).ExitCode);
        Assert.True(File.Exists(folder["credit.yaml"]));
    }

    [Theory]
    [InlineData("credit-default", "default payment next month", "ID")]
    [InlineData("bank-marketing", "y", null)]
    public async Task Init_of_real_data_finds_label_and_id(string set, string label, string? id)
    {
        var initial = Directory.GetFiles(Shared.DataPath("data", set, "drops"), "initial.csv*").Single();
        var ended = await MlopsProcess.RunAsync(folder.Path, "init", initial, "--name", set, "--json");
        Assert.Equal(label, ended.Json.GetProperty("label").GetString());
        Assert.Equal(id, ended.Json.GetProperty("id").GetString());
        Assert.Equal("binary", ended.Json.GetProperty("task").GetString());
    }

    [Fact]
    public async Task Cat_reads_every_valid_file_of_the_collection_when_told_its_dialect()
    {
        var root = Shared.DataPath("data", "csv-torture");
        var entries = File.ReadLines(Path.Combine(root, "manifest.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("class").GetString() == "valid" && !entry.TryGetProperty("escape", out _)).Take(6);
        foreach (var entry in entries)
        {
            var ended = await MlopsProcess.RunAsync(
                root, "csv", "cat", Path.Combine("files", entry.GetProperty("file").GetString()!), "--json", "--delimiter", entry.GetProperty("delimiter").GetString()!);
            var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, entry.GetProperty("expected").GetString()!))).RootElement;
            Assert.True(JsonElement.DeepEquals(expected, ended.Json), entry.GetProperty("file").GetString());
        }
    }
}
