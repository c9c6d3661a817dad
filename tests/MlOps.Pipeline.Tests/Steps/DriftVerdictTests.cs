using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class DriftVerdictTests
{
    [Theory]
    [InlineData("none", "")]
    [InlineData("slight", "C")]
    [InlineData("some", "B")]
    [InlineData("some", "BC")]
    [InlineData("whole", "A")]
    [InlineData("whole", "ABC")]
    public void A_column_counts_as_much_as_the_model_goes_by_it(string level, string drifted)
    {
        var verdict = DriftVerdict.Of(Watched(drifted, scores: false));

        Assert.Equal((level, drifted.Length, 3), (verdict.Level, verdict.Drifted, verdict.Columns));
        Assert.Equal(drifted.Sum(c => c switch { 'A' => 0.6, 'B' => 0.32, _ => 0.08 }), verdict.Share, 1e-12);
    }

    [Fact]
    public void The_verdict_is_one_sentence_in_both_languages()
    {
        var said = DriftVerdict.Of(Watched("B", scores: true)).Said;

        Assert.Equal("1 of 3 columns has drifted, from which the model has 32.0 % of its gain; the scores have moved too.", said.ToString().Replace("32.0%", "32.0 %", StringComparison.Ordinal));
        Assert.Contains("3 列のうち 1 列がドリフトし", Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    private static MonitorDocument Watched(string drifted, bool scores) => new(
        "20201001", ["initial"], 100, 100, 0.05, 4, "Holm", drifted.Length > 0,
        [.. new[] { Column("A", "number", 0.6), Column("B", "number", 0.32), Column("C", "category", 0.08) }.Select(c => c with { Drifted = drifted.Contains(c.Column, StringComparison.Ordinal) })], [Column("score", "score", 1) with { Drifted = scores }], [], [], null, []);

    private static ColumnDrift Column(string name, string kind, double importance) =>
        new(name, kind, "KS", 100, 100, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0, null, false, importance, 0.1, [], null);
}
