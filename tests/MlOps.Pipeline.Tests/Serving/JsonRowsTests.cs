using System.Text;
using MlOps.Pipeline.Serving;

namespace MlOps.Pipeline.Tests.Serving;

public sealed class JsonRowsTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("""{"dataframe_records": []}""")]
    [InlineData("""{"dataframe_split": {"columns": ["A"], "data": []}}""")]
    [InlineData("""{"inputs": {"A": []}}""")]
    public void A_body_without_rows_is_told_as_a_body_and_not_as_a_file(string body)
    {
        var refused = Assert.Throws<ScoringRefusedException>(() => JsonRows.Read(Encoding.UTF8.GetBytes(body)));

        var finding = Assert.Single(refused.Findings);
        Assert.Equal("no-rows", finding.Code);
        Assert.Equal("The body has no rows. Send at least one, with the columns' names.", finding.Message);
    }

    [Theory]
    [InlineData("""[{"A": 1, "B": 2}, {"A": 1, "B": 2, "A": 3}]""", "Row 2 has 'A' twice.", 2)]
    [InlineData("""[{"A": 1, "A": 1}]""", "Row 1 has 'A' twice.", 1)]
    [InlineData("""{"dataframe_split": {"columns": ["A", "A"], "data": [[1, 2]]}}""", "The list of columns of dataframe_split has 'A' twice.", 0)]
    [InlineData("""{"inputs": {"A": [1], "A": [2]}}""", "inputs has 'A' twice.", 0)]
    [InlineData("""{"rows": [{"A": 1}], "rows": [{"A": 2}]}""", "The body has 'rows' twice.", 0)]
    public void A_name_that_is_given_twice_is_refused_and_never_scored_in_silence(string body, string expected, long row)
    {
        var refused = Assert.Throws<ScoringRefusedException>(() => JsonRows.Read(Encoding.UTF8.GetBytes(body)));

        var finding = Assert.Single(refused.Findings);
        Assert.StartsWith(expected, finding.Message, StringComparison.Ordinal);
        Assert.Equal(row, finding.Line);
    }
}
