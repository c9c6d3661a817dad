using System.Text;
using MlOps.Testing;
using MlOps.Web.Tests.Page;

namespace MlOps.Web.Tests.Api;

/// <summary>Texts that were the definition can be gone back to, whoever put them there and whether or not a run began with them.</summary>
public sealed class DefinitionHistoryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Every_text_is_kept_with_who_put_it_there()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", SampleFiles.Definition);
        await PutAsync(system, SampleFiles.Definition + "\nsplit: {seed: 7}\n");
        await PutAsync(system, SampleFiles.Definition + "\nsplit: {seed: 8}\n");
        await PutAsync(system, SampleFiles.Definition);

        var history = (await system.GetAsync("/api/pipelines/p/definition/history")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(3, history.Length);
        Assert.Equal(
            [SampleFiles.Definition, SampleFiles.Definition + "\nsplit: {seed: 8}\n", SampleFiles.Definition + "\nsplit: {seed: 7}\n"], history.Select(r => r.GetProperty("text").GetString()));
        Assert.All(history, r => Assert.Equal("local", r.GetProperty("who").GetString()));
        Assert.Equal([true, false, false], history.Select(r => r.GetProperty("isCurrent").GetBoolean()));

        // A text that cannot be used is never the definition, and is not kept.
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/p/definition", new StringContent("label: [", Encoding.UTF8, "application/yaml"), 422, ("If-Match", await ETagAsync(system)));
        Assert.Equal(3, (await system.GetAsync("/api/pipelines/p/definition/history")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_text_that_is_kept_when_it_is_replaced_stands_at_the_time_it_was_put_there()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", SampleFiles.Definition);
        var blob = system.Account.Definitions.GetBlobClient("p.yaml");
        var put = (await blob.GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.LastModified;

        // The account's clock has whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);
        await PutAsync(system, SampleFiles.Definition + "\nsplit: {seed: 7}\n");

        var history = (await system.GetAsync("/api/pipelines/p/definition/history")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal([false, true], history.Select(r => r.GetProperty("text").GetString() == SampleFiles.Definition));
        Assert.Equal(put, history[1].GetProperty("at").GetDateTimeOffset());
    }

    private static async Task PutAsync(ApiSystem system, string text) =>
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/p/definition", new StringContent(text, Encoding.UTF8, "application/yaml"), 204, ("If-Match", await ETagAsync(system)));

    private static async Task<string> ETagAsync(ApiSystem system)
    {
        using var response = await system.Client.GetAsync("/api/pipelines/p/definition");
        return response.Headers.ETag!.ToString();
    }
}
