using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Tests.Definitions;

public sealed class PipelineDefinitionTests
{
    [Fact]
    public void One_line_is_enough()
    {
        var definition = PipelineDefinition.Parse("label: TARGET", "p.yaml");

        Assert.Equal("TARGET", definition.Label);
        Assert.Equal(TaskKind.Binary, definition.Task);
        Assert.Null(definition.Id);
        Assert.Null(definition.Features);
        Assert.Equal(new SplitSettings(0.2, 0.2, 42), definition.Split);
        Assert.Equal(new ValidationSettings(ValidationKind.Auto, 5, 10_000, Refit: true), definition.Validation);
        Assert.Equal(new MissingHandling(false, -999, "NAN"), definition.Missing);
        Assert.Equal("binary_logloss", definition.Model["metric"]);
        Assert.Equal("50", definition.Model["early_stopping_round"]);
        Assert.Equal(TimeSpan.FromDays(7), definition.WaitForInitial);
        Assert.True(definition.Restate);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var definition = PipelineDefinition.Parse(
            """
            task: binary
            label: y
            positive: yes
            id: key
            exclude: [duration]
            categorical: [SEX]
            categories: native
            missing: native
            csv: {delimiter: ";", encoding: windows-1252, missing: [unknown]}
            split: {test: 0.3, valid: 0.1, seed: 7}
            validation: {kind: kfold, folds: 4, rows: 500, refit: never}
            model: {n_estimators: 50, shrinkage_rate: 0.1}
            output: {id: key, target: y, score: p, threshold: f1}
            wait_for_initial: 90m
            restate: never
            notify: {webhooks: ["https://example.org/hook"]}
            """,
            "p.yaml");

        Assert.Equal("yes", definition.Positive);
        Assert.Equal(["duration"], definition.Exclude);
        Assert.Equal(CategoryHandling.Native, definition.Categories);
        Assert.True(definition.Missing.Native);
        Assert.Equal(';', definition.Csv.Delimiter);
        Assert.Equal(new SplitSettings(0.3, 0.1, 7), definition.Split);
        Assert.Equal(new ValidationSettings(ValidationKind.Kfold, 4, 500, Refit: false), definition.Validation);
        Assert.Equal("50", definition.Model["num_iterations"]);
        Assert.Equal("0.1", definition.Model["learning_rate"]);
        Assert.Equal("f1", definition.Output.ThresholdRule);
        Assert.Equal(TimeSpan.FromMinutes(90), definition.WaitForInitial);
        Assert.False(definition.Restate);
        Assert.Equal("https://example.org/hook", Assert.Single(definition.Notify).Url);
    }

    [Fact]
    public void An_unknown_key_is_an_error_with_its_place_and_the_nearest_name()
    {
        var error = Assert.Single(Refused("label: TARGET\nspilt:\n  test: 0.2\n").Errors);

        Assert.Equal((2, 1), (error.Line, error.Column));
        Assert.Contains("'spilt'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'split'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_parameter_of_the_learner_is_an_error_with_its_place()
    {
        var error = Assert.Single(Refused("label: y\nmodel:\n  num_leavs: 31\n").Errors);

        Assert.Equal(3, error.Line);
        Assert.Contains("num_leaves", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once_in_order()
    {
        var errors = Refused("task: ternary\nlabel: y\nid: y\nsplit: {test: 2}\nwait_for_initial: soon\n").Errors;

        Assert.Equal([1, 3, 4, 5], errors.Select(e => e.Line));
    }

    [Fact]
    public void A_missing_label_says_what_to_write() =>
        Assert.Contains("label: TARGET", Refused("id: key").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b")]
    [InlineData("label: [")]
    [InlineData("label: a\nlabel: b")]
    [InlineData("just text")]
    public void What_is_not_a_definition_is_refused_with_a_place(string yaml) =>
        Assert.StartsWith("p.yaml(", Refused(yaml).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("notify: {webhooks: [\"file:///etc/passwd\"]}", "absolute http")]
    [InlineData("validation: folds", "kfold")]
    [InlineData("validation: {folds: 1}", "from 2 to 20")]
    [InlineData("features: []", "'features' is empty")]
    [InlineData("features: [y]", "is the label")]
    [InlineData("output: {id: A, target: A}", "different names")]
    [InlineData("model: {num_threads: 4}", "set by the pipeline")]
    [InlineData("model: {n_estimators: 4, num_iterations: 5}", "set already")]
    public void A_contradiction_says_what_is_wrong(string setting, string expected) =>
        Assert.Contains(expected, Refused("label: y\n" + setting).Message, StringComparison.Ordinal);

    [Fact]
    public void The_hash_is_that_of_the_text()
    {
        Assert.Equal(PipelineDefinition.Parse("label: y", "a").Hash, PipelineDefinition.Parse("label: y", "b").Hash);
        Assert.NotEqual(PipelineDefinition.Parse("label: y", "a").Hash, PipelineDefinition.Parse("label: y # changed", "a").Hash);
    }

    private static DefinitionException Refused(string yaml) =>
        Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse(yaml, "p.yaml"));
}
