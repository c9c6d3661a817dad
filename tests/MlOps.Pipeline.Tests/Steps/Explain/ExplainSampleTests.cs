using MlOps.Pipeline.Steps.Explain;

namespace MlOps.Pipeline.Tests.Steps.Explain;

/// <summary>How many rows are explained is known beforehand, and bounds what it costs.</summary>
public sealed class ExplainSampleTests
{
    [Theory]
    [InlineData(200, 31, 500)]
    [InlineData(1_000, 31, 500)]
    [InlineData(1_000, 255, 78)]
    [InlineData(30_000, 31, 40)]
    [InlineData(0, 31, 500)]
    public void Models_of_usual_size_have_five_hundred_rows_and_large_ones_as_many_as_the_work_allows(int trees, int leaves, int rows) =>
        Assert.Equal(rows, ExplainSample.Rows(trees, leaves));

    [Fact]
    public void More_trees_never_mean_more_rows_and_the_work_stays_under_its_bound_down_to_the_fewest_rows()
    {
        var before = ExplainSample.Most;
        for (var trees = 1; trees < 100_000; trees += 97)
        {
            var rows = ExplainSample.Rows(trees, 127);
            Assert.InRange(rows, ExplainSample.Least, before);
            Assert.True(rows == ExplainSample.Least || (double)rows * trees * 127 <= 20e6, $"{rows} rows of {trees} trees");
            before = rows;
        }
    }
}
