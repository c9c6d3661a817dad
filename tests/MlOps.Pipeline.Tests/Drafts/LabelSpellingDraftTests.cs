using System.Text;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Drafts;

/// <summary>A draft has the classes that a run will make of the label, each as the file writes it.</summary>
public sealed class LabelSpellingDraftTests
{
    /// <summary>Texts of the label, the classes that they are, and whether the reason names two spellings of one number.</summary>
    public static TheoryData<string[], string[], bool> Labels => new()
    {
        { ["1.1", "1.10", "2.0"], ["1.1", "1.10", "2.0"], true },
        { ["1e5", "100000", "2e5"], ["100000", "1e5", "2e5"], true },
        { ["1E10", "1E11", "1E12"], ["1E10", "1E11", "1E12"], false },
        { ["+1", "-1", "1"], ["+1", "-1", "1"], true },
        { ["1", "1.0", "2", "3"], ["1", "2", "3"], false },
        { ["Zu\u0308rich", "Z\u00FCrich", "Bern"], ["Bern", "Z\u00FCrich"], false },
        { ["0.0", "1.0"], ["0", "1"], false },
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public void A_draft_s_classes_are_those_of_the_run(string[] texts, string[] classes, bool told)
    {
        var draft = Draft(texts);

        Assert.Equal(classes, draft.Classes.Select(c => c.Text).Order(StringComparer.Ordinal));
        Assert.Equal(classes.Length == 2 ? TaskKind.Binary : TaskKind.Multiclass, draft.Task);
        Assert.Equal(told, draft.TaskReason?.Contains("are one number but two texts", StringComparison.Ordinal) == true);
        Assert.Equal(draft.Task, PipelineDefinition.Parse(DraftYaml.Write(draft), "p.yaml").Task);
    }

    [Fact]
    public void A_quantity_has_no_classes_whose_spellings_could_be_mistaken()
    {
        var draft = Draft([.. Enumerable.Range(1, 500).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))]);

        Assert.Equal(TaskKind.Regression, draft.Task);
        Assert.DoesNotContain("one class", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void Spellings_that_are_one_class_and_classes_that_look_alike_are_told()
    {
        Assert.Contains("# '1' and '1.0' are one number and one class;", DraftYaml.Write(Draft(["1", "1.0", "2"])), StringComparison.Ordinal);
        Assert.Contains("# 'YES' and 'Yes' are classes of their own;", DraftYaml.Write(Draft(["Yes", "YES", "No"])), StringComparison.Ordinal);
        Assert.Contains("# 'New  York' and 'New York' are classes of their own;", DraftYaml.Write(Draft(["New York", "New  York", "Rome"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Days_written_as_whole_numbers_are_told()
    {
        var csv = "DAY,y\n" + string.Concat(Enumerable.Range(1, 28).Select(d => $"202402{d:00},{d % 2}\n"));
        Assert.Contains("#    DAY: {date: y/m/d}    # 20240201 is a day in every row", DraftYaml.Write(Draft(csv)), StringComparison.Ordinal);
    }

    private static DefinitionDraft Draft(string[] labels) => Draft("x,y\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i * 7 % 13},{labels[i % labels.Length]}\n")));

    private static DefinitionDraft Draft(string csv)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        return DefinitionDraft.From("p", "p.csv", CsvFile.ReadTable(new MemoryStream(bytes), null, TestContext.Current.CancellationToken), "y", null, null, name =>
            CsvFile.ReadTable(
                new MemoryStream(bytes), new CsvReadOptions { Columns = [name], Kinds = new Dictionary<string, ColumnKind> { [name] = ColumnKind.Text } }, TestContext.Current.CancellationToken).Table[name] as TextColumn);
    }
}
