
namespace MlOps.Storage.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("credit")]
    [InlineData("Credit-Default_2")]
    [InlineData("7")]
    public void A_plain_name_is_a_pipeline_name(string text) => Assert.Equal(text, PipelineName.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a.b")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("日本")]
    [InlineData("<script>")]
    [InlineData("a\n")]
    public void A_name_that_could_leave_its_folder_is_refused(string text)
    {
        Assert.False(PipelineName.TryParse(text, out _));
        Assert.Contains("letters, digits", Assert.Throws<FormatException>(() => PipelineName.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20201001", true)]
    [InlineData("initial", true)]
    [InlineData("Initial", false)]
    [InlineData("20201301", false)]
    [InlineData("20210229", false)]
    [InlineData("2020101", false)]
    [InlineData("２０２０１００１", false)]
    public void A_period_is_initial_or_a_day_that_exists(string text, bool valid) => Assert.Equal(valid, Period.TryParse(text, out _));

    [Fact]
    public void Initial_comes_before_every_day()
    {
        var periods = new[] { "20210101", "initial", "20201001" }.Select(Period.Parse).Order();

        Assert.Equal(["initial", "20201001", "20210101"], periods.Select(p => p.Value));
    }

    [Theory]
    [InlineData("credit-20201001-0x8DC", true)]
    [InlineData("a..b", false)]
    [InlineData(".a", false)]
    [InlineData("a/b", false)]
    public void A_run_id_is_a_safe_folder_name(string text, bool valid) => Assert.Equal(valid, RunId.TryParse(text, out _));
}
