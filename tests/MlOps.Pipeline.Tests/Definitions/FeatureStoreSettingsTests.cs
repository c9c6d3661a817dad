using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Tests.Definitions;

public sealed class FeatureStoreSettingsTests
{
    [Fact]
    public void Features_are_kept_offline_by_default_and_online_on_request()
    {
        Assert.Null(Read("").FeatureStore);
        Assert.Equal(new FeatureStoreSettings(true, false), Read("feature_store: {}").FeatureStore);
        Assert.Equal(new FeatureStoreSettings(true, true, TimeSpan.FromDays(30)), Read("feature_store: {online: true, keep: 30d}").FeatureStore);
        Assert.Null(Read("feature_store: {offline: false}").FeatureStore);
    }

    [Theory]
    [InlineData("feature_store: {keep: 30d}", "'online' is off")]
    [InlineData("feature_store: {onlin: true}", "online")]
    [InlineData("output: {format: [parquet]}", "[csv, parquet]")]
    [InlineData("output: {format: [csv, avro]}", "[csv, parquet]")]
    [InlineData("describe: [A]", "describe")]
    [InlineData("describe: {A: {means: x}}", "meaning")]
    public void What_cannot_be_meant_is_said(string line, string what)
    {
        var error = Assert.Throws<DefinitionException>(() => Read(line));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_that_are_looked_up_by_id_need_an_id_column()
    {
        var error = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: Y\nfeature_store: {online: true}\n", "p.yaml"));
        Assert.Contains("id: COLUMN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_is_described_by_a_text_or_by_meaning_and_unit()
    {
        var read = Read("describe: {A: what it is, \"B 日本\": {meaning: how much, unit: JPY}, C: {unit: kg}}").Describe!;
        Assert.Equal([new("A", "what it is"), new("B 日本", "how much", "JPY"), new("C", null, "kg")], read);
    }

    [Fact]
    public void Parquet_is_written_beside_the_CSV_on_request()
    {
        Assert.False(Read("").Output.Parquet);
        Assert.False(Read("output: {format: [csv]}").Output.Parquet);
        Assert.True(Read("output: {format: [csv, parquet]}").Output.Parquet);
    }

    private static PipelineDefinition Read(string line) => PipelineDefinition.Parse($"label: Y\nid: ID\n{line}\n", "p.yaml");
}
