using System.Text.Json;
using MlOps.Boosting;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Testing;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Tests.Registry;

/// <summary>A version's folder holds the documented fields of an MLflow model with the LightGBM flavour.</summary>
public sealed class MlflowLayoutTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_version_is_an_MLflow_model_with_the_documented_fields()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(600, 1)));
        async Task<string> Read(string name) =>
            (await pipeline.Account.Artifacts.GetBlobClient($"{TestPipeline.Name}/models/{run.Model.Version}/{name}").DownloadContentAsync()).Value.Content.ToString();

        var model = Yaml(await Read("MLmodel"));
        Assert.Equal(
            ["artifact_path", "flavors", "mlflow_version", "model_uuid", "run_id", "signature", "utc_time_created"],
            model.Children.Keys.Select(k => ((YamlScalarNode)k).Value).Order());
        var (native, generic) = (Map(model, "flavors", "lightgbm"), Map(model, "flavors", "python_function"));
        Assert.Equal("lightgbm.basic.Booster", Text(native, "model_class"));
        Assert.Equal("mlflow.lightgbm", Text(generic, "loader_module"));
        Assert.Matches("^[0-9a-f]{32}$", Text(model, "model_uuid"));
        Assert.True(DateTime.TryParse(Text(model, "utc_time_created"), out _));

        // The files that the description names are there, and the model is the one that predicts.
        Assert.Equal(Text(native, "data"), Text(generic, "data"));
        var booster = Booster.Load(await Read(Text(native, "data")));
        Assert.Equal(await Read("model.txt"), await Read("model.lgb"));
        Assert.Contains("lightgbm==" + Text(native, "lgb_version"), await Read("requirements.txt"), StringComparison.Ordinal);
        Assert.Equal(Text(generic, "python_version"), Text(Yaml(await Read(Text(Map(generic, "env"), "virtualenv"))), "python"));
        Assert.Contains("conda-forge", await Read(Text(Map(generic, "env"), "conda")), StringComparison.Ordinal);

        // A signature is JSON in a text: one typed column a feature, and a tensor of scores.
        using var inputs = JsonDocument.Parse(Text(Map(model, "signature"), "inputs"));
        Assert.Equal(booster.FeatureNames, inputs.RootElement.EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.All(inputs.RootElement.EnumerateArray(), c => Assert.Equal("double", c.GetProperty("type").GetString()));
        using var outputs = JsonDocument.Parse(Text(Map(model, "signature"), "outputs"));
        var tensor = outputs.RootElement[0];
        Assert.Equal(("tensor", "float64", -1), (
            tensor.GetProperty("type").GetString(), tensor.GetProperty("tensor-spec").GetProperty("dtype").GetString(), tensor.GetProperty("tensor-spec").GetProperty("shape")[0].GetInt32()));
    }

    private static YamlMappingNode Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode node, params string[] path) =>
        path.Aggregate(node, (at, key) => (YamlMappingNode)at.Children[new YamlScalarNode(key)]);

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[new YamlScalarNode(key)]).Value!;
}
