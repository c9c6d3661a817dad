using System.Text;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Drafts;

public sealed class DefinitionDraftTests
{
    [Fact]
    public void Label_and_id_are_guessed_from_their_names_and_said_to_be()
    {
        var draft = Draft("row_id,x,target\n1,5,0\n2,6,1\n3,7,0\n");
        Assert.Equal(("target", "row_id", TaskKind.Binary), (draft.Label, draft.Id, draft.Task));
        Assert.Contains("# guessed; 0: 2, 1: 1", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_are_in_the_readers_language_and_what_is_defined_is_the_same_in_both()
    {
        var draft = Draft("n,x,kind\n1,\"69,32\",good\n2,\"1,5\",bad\n3,\"2,5\",good\n");
        var (english, japanese) = (DraftYaml.Write(draft), DraftYaml.Write(draft, "ja"));
        static string[] Settings(string yaml) => [.. yaml.Split('\n').Select(l => l.Split('#')[0].TrimEnd()).Where(l => l.Length > 0)];

        Assert.Equal(Settings(english), Settings(japanese));
        Assert.Contains("# the rarer of the two", english, StringComparison.Ordinal);
        var comments = japanese.Split('\n').Where(l => l.Contains('#', StringComparison.Ordinal)).Select(l => l[l.LastIndexOf('#')..]).ToArray();
        Assert.NotEmpty(comments);
        Assert.All(comments, c => Assert.Matches(@"[\p{IsHiragana}\p{IsKatakana}]|good: 2", c));
    }

    [Fact]
    public void The_last_column_wins_over_an_earlier_one_with_a_label_like_name() =>
        Assert.Equal("y", Draft("default,y\nno,yes\nyes,no\nno,no\n").Label);

    [Fact]
    public void A_column_named_id_that_repeats_is_no_id() => Assert.Null(Draft("id,y\n1,0\n1,1\n").Id);

    [Fact]
    public void Unknown_words_get_the_rarer_one_as_positive()
    {
        var draft = Draft("x,y\n1,good\n2,bad\n3,good\n");
        Assert.Equal("bad", draft.Positive);
        Assert.Equal("bad", PipelineDefinition.Parse(DraftYaml.Write(draft), "p.yaml").Positive);
    }

    [Fact]
    public void Empty_constant_and_free_text_columns_are_excluded_with_the_reason()
    {
        var text = new StringBuilder("empty,same,note,x,y\n");
        for (var i = 0; i < 200; i++)
        {
            text.Append($",7,note number {i} of many,{i % 9},{i % 2}\n");
        }

        var definition = PipelineDefinition.Parse(DraftYaml.Write(Draft(text.ToString())), "p.yaml");
        Assert.Equal(["empty", "same", "note"], definition.Exclude);
    }

    [Fact]
    public void A_number_with_many_values_is_a_quantity_and_a_text_with_a_few_a_class()
    {
        var numbers = "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i * 1.5}\n"));
        Assert.Equal(TaskKind.Regression, Draft(numbers, label: "y").Task);
        Assert.Equal(TaskKind.Multiclass, Draft("x,y\n1,a\n2,b\n3,c\n", label: "y").Task);
    }

    [Theory]
    [InlineData("a: b")]
    [InlineData("# no comment")]
    [InlineData("yes")]
    [InlineData("- item")]
    [InlineData("{x}")]
    [InlineData("年収")]
    [InlineData("say \"\"hi\"\"")]
    [InlineData("two\nlines")]
    [InlineData("007")]
    public void Any_column_name_survives_the_way_through_YAML(string name)
    {
        var csv = $"\"{name}\",x\n0,1\n1,2\n0,3\n";
        var draft = Draft(csv, label: name.Replace("\"\"", "\"", StringComparison.Ordinal));
        Assert.Equal(draft.Label, PipelineDefinition.Parse(DraftYaml.Write(draft), "p.yaml").Label);
    }

    [Fact]
    public void A_value_cannot_write_a_line_of_the_definition()
    {
        var draft = Draft("x,y\n1,\"a\nnotify: evil\"\n2,b\n", label: "y");
        Assert.DoesNotContain("\nnotify", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x,z\n1,5\n2,6\n3,7\n", null, "--label")]
    [InlineData("x,z\n1,5\n2,6\n3,7\n", "y", "x, z")]
    [InlineData("x,y\n1,5\n2,5\n", "y", "only one value")]
    [InlineData("x,y\n", "y", "no rows")]
    public void What_cannot_be_drafted_says_what_to_do(string csv, string? label, string expected)
    {
        var e = Assert.Throws<DraftException>(() => Draft(csv, label));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static DefinitionDraft Draft(string csv, string? label = null, string? id = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return DefinitionDraft.From("p", "p.csv", CsvFile.ReadTable(stream, null, TestContext.Current.CancellationToken), label, id);
    }
}
