using System.Text;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Tests.Definitions;

/// <summary>A definition may be made to hurt who reads it.</summary>
public sealed class HostileDefinitionTests
{
    private const long MegabytesMax = 200L << 20;

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Settings_inside_settings_without_end_are_refused_where_they_go_too_deep(string level)
    {
        var text = new StringBuilder("label: y\nfeatures:\n  ");
        for (var i = 0; i < 200_000; i++)
        {
            text.Append(level);
        }

        Assert.Contains("levels deep at most", Refused(text.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_that_stand_for_a_billion_texts_cost_no_more_than_they_are_long()
    {
        var text = new StringBuilder("label: y\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        text.Append("features: *a9\nexclude: *a9\nnotify: *a9\nmodel: {num_leaves: *a9}\ntune: {space: {num_leaves: *a9}}\n");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("'a0' is not a setting", Refused(text.ToString()), StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MegabytesMax);
    }

    [Theory]
    [InlineData("label: y\nfeatures: &a [*a]")]
    [InlineData("label: y\nmodel: &a {num_leaves: *a}")]
    [InlineData("label: y\nmonitor: &a\n  monitor: *a")]
    [InlineData("label: *nothing")]
    public void An_anchor_inside_itself_or_of_nothing_is_refused(string yaml) => Refused(yaml);

    [Theory]
    [InlineData("tune: 99999999999999999999", "whole number from 0 to 10000")]
    [InlineData("tune: {wave: 1e300}", "whole number from 1 to 256")]
    [InlineData("tune: {work: 1e400}", "'work' is '1e400'")]
    [InlineData("model: {num_leaves: 1e300}", "num_leaves")]
    [InlineData("model: {num_iterations: 99999999999}", "num_iterations")]
    [InlineData("model: {max_bin: 99999999999}", "max_bin")]
    [InlineData("output: {reasons: 2000000000}", "from 0 to 20")]
    [InlineData("split: {test: 1e308}", "'test' is '1e308'")]
    [InlineData("split: {seed: 99999999999}", "'seed' is '99999999999'")]
    [InlineData("validation: {kind: kfold, folds: 1000000}", "from 2 to 20")]
    [InlineData("promote: {resamples: 2000000000}", "from 10 to 100000")]
    [InlineData("wait_for_initial: 99999999999d", "'wait_for_initial' is")]
    [InlineData("missing: {numeric: 1e999}", "'numeric' is '1e999'")]
    public void A_number_that_nothing_could_be_done_with_is_refused_with_the_range(string setting, string expected) =>
        Assert.Contains(expected, Refused("label: y\n" + setting), StringComparison.Ordinal);

    [Fact]
    public void More_than_a_million_characters_are_not_looked_at() =>
        Assert.Contains("at most a million characters", Refused("label: y\n#" + new string('x', 1 << 20)), StringComparison.Ordinal);

    [Fact]
    public void A_type_that_the_text_asks_for_is_not_made() =>
        Assert.Equal(["id"], PipelineDefinition.Parse("label: y\nfeatures: !!python/object/apply:os.system [id]", "p.yaml").Features);

    private static string Refused(string yaml) =>
        Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse(yaml, "p.yaml")).Message;
}
