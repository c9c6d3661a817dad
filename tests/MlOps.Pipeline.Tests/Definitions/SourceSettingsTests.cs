using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Definitions;

public sealed class SourceSettingsTests
{
    private const string Main = "label: TARGET\nid: ID\ntime: APPLIED\n";

    [Fact]
    public void A_source_says_what_each_of_its_columns_becomes_in_each_window()
    {
        var source = Assert.Single(Parse("""
            sources:
              bureau:
                key: ID
                time: REPORTED
                arrival: LOADED
                required: true
                windows: [30d, all]
                aggregate:
                  ID: [count]
                  DAYS_LATE: [mean, last]
                  STATUS: [distinct, share paid late]
            """).Sources!);

        Assert.Equal(("bureau", "ID", "REPORTED", "LOADED", true), (source.Name, source.Key, source.Time, source.Arrival, source.Required));
        Assert.Equal(
            [
                "bureau_count_30d", "bureau_count_all", "bureau_DAYS_LATE_mean_30d", "bureau_DAYS_LATE_mean_all", "bureau_DAYS_LATE_last_30d", "bureau_DAYS_LATE_last_all",
                "bureau_STATUS_distinct_30d", "bureau_STATUS_distinct_all", "bureau_STATUS_share_paid late_30d", "bureau_STATUS_share_paid late_all",
            ],
            source.Aggregates.Select(a => a.Name));
        Assert.Equal((AggregateFunction.Share, "paid late", 30 * 86_400.0), source.Aggregates[^2].ToAggregate() is var share ? (share.Function, share.Value, share.Window) : default);
        Assert.Equal((true, false, true), (source.IsText("ID"), source.IsText("DAYS_LATE"), source.IsText("STATUS")));
    }

    [Fact]
    public void A_definition_without_sources_has_none() => Assert.Null(PipelineDefinition.Parse(Main, "p.yaml").Sources);

    [Theory]
    [InlineData("key: ID\n    time: T\n    aggregate: {A: [median]}", "'median' is nothing that can be made of a column")]
    [InlineData("key: ID\n    time: T\n    aggregate: {A: [share]}", "'share' is nothing that can be made of a column")]
    [InlineData("key: ID\n    time: T\n    windows: [30]\n    aggregate: {A: [sum]}", "'30' is no window")]
    [InlineData("key: ID\n    time: T\n    windows: [0d]\n    aggregate: {A: [sum]}", "'0d' is no window")]
    [InlineData("time: T\n    aggregate: {A: [sum]}", "A source needs 'key'")]
    [InlineData("key: ID\n    time: T", "A source needs 'aggregate'")]
    [InlineData("key: ID\n    time: T\n    aggregate: {T: [max]}", "'T' says when a row took place")]
    [InlineData("key: ID\n    time: T\n    categorical: [A]\n    aggregate: {A: [max]}", "'A' holds texts, of which there is no max")]
    [InlineData("key: ID\n    time: T\n    aggregate: {A: [sum, share yes]}", "'A' holds numbers, and 'yes' is none")]
    [InlineData("key: ID\n    time: T\n    agregate: {A: [sum]}", "aggregate")]
    public void What_is_wrong_in_a_source_is_told(string source, string told)
    {
        var error = Assert.Throws<DefinitionException>(() => Parse($"sources:\n  bureau:\n    {source}\n"));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("dead-letter")]
    [InlineData("'<b>'")]
    public void A_name_that_is_no_folder_is_refused(string name) =>
        Assert.Contains("cannot be the name of a source", Assert.Throws<DefinitionException>(() => Parse($"sources:\n  {name}:\n    key: ID\n    time: T\n    aggregate: {{A: [sum]}}\n")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("label: Y\ntime: T\n", "add 'id: COLUMN'")]
    [InlineData("label: Y\nid: I\n", "add 'time: COLUMN'")]
    public void Rows_without_id_or_time_cannot_be_joined(string main, string told) =>
        Assert.Contains(told, Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse(main + "sources: {s: {key: I, time: D, aggregate: {A: [sum]}}}", "p.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_sources_that_would_make_one_column_are_refused() =>
        Assert.Contains(
            "would be called 'a_b_c_sum_all'",
            Assert.Throws<DefinitionException>(() => Parse("sources: {a_b: {key: I, time: D, aggregate: {c: [sum]}}, a: {key: I, time: D, aggregate: {b_c: [sum]}}}")).Message, StringComparison.Ordinal);

    private static PipelineDefinition Parse(string yaml) => PipelineDefinition.Parse(Main + yaml, "p.yaml");
}
