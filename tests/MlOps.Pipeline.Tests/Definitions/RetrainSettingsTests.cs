using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Tests.Definitions;

public sealed class RetrainSettingsTests
{
    [Theory]
    [InlineData("always", true, false, false)]
    [InlineData("never", false, false, false)]
    [InlineData("drift", false, true, false)]
    [InlineData("labels", false, false, true)]
    [InlineData("{on: [drift, labels]}", false, true, true)]
    public void A_rule_is_a_word_or_a_list(string text, bool always, bool drift, bool labels)
    {
        var retrain = PipelineDefinition.Parse($"label: y\nretrain: {text}\n", "p.yaml").Retrain;

        Assert.Equal((always, drift, labels), (retrain.Always, retrain.OnDrift, retrain.OnLabels));
    }

    [Theory]
    [InlineData("0 0 1 */3 *", "20201001", "20201201", null)]
    [InlineData("0 0 1 */3 *", "20201001", "20210101", "2021-01-01")]
    [InlineData("0 30 9 * * Mon", "20210103", "20210110", "2021-01-04")]
    [InlineData("0 30 9 * * Mon", "20210104", "20210110", null)]
    [InlineData("0 30 9 * * Mon", "20210104", "20210111", "2021-01-11")]
    [InlineData("0 0 6 1 * *", "20210101", "20210108", null)]
    [InlineData("0 0 6 1 * *", "20210101", "20210201", "2021-02-01")]
    [InlineData("0 0 0 1 1 *", "20210101", "20211231", null)]
    public void A_schedule_is_due_where_a_time_of_it_lies_between_two_periods(string schedule, string last, string now, string? due)
    {
        var retrain = PipelineDefinition.Parse($"label: y\nretrain: {{schedule: '{schedule}'}}\n", "p.yaml").Retrain;

        Assert.Equal(due, retrain.Due(DateOnly.ParseExact(last, "yyyyMMdd"), DateOnly.ParseExact(now, "yyyyMMdd"))?.ToString("yyyy-MM-dd"));
    }

    [Theory]
    [InlineData("0 30 9 * * Mon", "20210104", "20210110", null)]
    [InlineData("0 2 1 * *", "20201001", "20201015", null)]
    [InlineData("0 2 1 * *", "20201001", "20201101", "2020-11-01")]
    [InlineData("0 0 * * *", "20201001", "20201002", "2020-10-02")]
    [InlineData("30 23 * * *", "20201001", "20201001", null)]
    [InlineData("0 0 1 1 *", "20200101", "99991231", "2021-01-01")]
    [InlineData("0 0 1 1 *", "99991231", "99991231", null)]
    public void A_time_that_a_training_has_served_is_not_due_again(string schedule, string last, string now, string? due)
    {
        var retrain = PipelineDefinition.Parse($"label: y\nretrain: {{schedule: '{schedule}'}}\n", "p.yaml").Retrain;

        Assert.Equal(due, retrain.Due(DateOnly.ParseExact(last, "yyyyMMdd"), DateOnly.ParseExact(now, "yyyyMMdd"))?.ToString("yyyy-MM-dd"));
    }

    [Theory]
    [InlineData("sometimes", "write one of always, never, drift, labels")]
    [InlineData("{on: [rain]}", "'rain' is nothing to train on")]
    [InlineData("{schedule: every day}", "NCRONTAB")]
    public void A_wrong_rule_is_an_error_with_its_line(string text, string expected)
    {
        var error = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse($"label: y\nretrain: {text}\n", "p.yaml"));

        Assert.Equal(2, error.Errors[0].Line);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
