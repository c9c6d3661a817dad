using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using MlOps.Testing;

namespace MlOps.Web.Tests.Api;

public sealed class OpenApiTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_document_is_valid_and_describes_exactly_the_routes()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var text = await system.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var read = OpenApiDocument.Parse(text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        var described = read.Document!.Paths.SelectMany(path => path.Value.Operations!.Keys.Select(method => $"{method.Method.ToUpperInvariant()} {path.Key}"));
        var routes = system.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} /{e.RoutePattern.RawText!.Trim('/')}"))
            .Where(route => !route.Contains("/openapi/", StringComparison.Ordinal) && !route.Contains(" /docs", StringComparison.Ordinal));
        Assert.Equal(routes.Distinct().Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_what_it_answers()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var document = await system.GetAsync("/openapi/v1.json");
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var place = $"{operation.Name} {path.Name}";
                Assert.True(operation.Value.TryGetProperty("summary", out var summary) && summary.GetString()!.Length > 0, place);
                Assert.True(operation.Value.GetProperty("responses").EnumerateObject().Any(r => r.Name.StartsWith('2')), place);
            }
        }

        var ids = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value.GetProperty("operationId").GetString()!).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.Subset(ids.ToHashSet(), new HashSet<string> { "listPipelines", "getPipeline", "getPipelinePeriod", "putPipelineDrop", "listRuns", "rerunRun", "promotePipelineModel" });
        Assert.All(ids, id => Assert.Matches("^[a-z][A-Za-z]+$", id));

        // A linter's errors of today: no trailing slash, security said, tags described.
        Assert.All(document.GetProperty("servers").EnumerateArray(), s => Assert.False(s.GetProperty("url").GetString()!.EndsWith('/')));
        Assert.Equal(3, document.GetProperty("security").GetArrayLength());
        Assert.All(document.GetProperty("tags").EnumerateArray(), t => Assert.NotEmpty(t.GetProperty("description").GetString()!));
        var run = document.GetProperty("paths").GetProperty("/api/runs/{id}").GetProperty("get").GetProperty("responses").GetProperty("200");
        Assert.Equal(JsonValueKind.Object, run.GetProperty("content").GetProperty("application/json").GetProperty("schema").ValueKind);
    }

    /// <summary>After a change of the API: <c>MLOPS_WRITE_OPENAPI=1</c> writes the file anew.</summary>
    [Fact]
    public async Task The_page_has_its_types_from_the_document_that_is_served()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var document = System.Text.Json.Nodes.JsonNode.Parse(await system.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!.AsObject();
        // Where the server is and of which commit it was built say nothing of the API.
        document.Remove("servers");
        document["info"]!.AsObject()["version"] = "v1";
        var served = document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        var file = Path.Combine(Shared.Repository, "functions", "MlOps.Web", "Page", "openapi.json");
        if (Environment.GetEnvironmentVariable("MLOPS_WRITE_OPENAPI") is not null)
        {
            await File.WriteAllTextAsync(file, served, TestContext.Current.CancellationToken);
        }

        Assert.True(
            served == (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"),
            $"The API is not the one that {file} describes, from which the page's types are generated: run this test once with MLOPS_WRITE_OPENAPI=1, and build.");
    }

    [Fact]
    public async Task Answers_are_compressed_for_whoever_takes_it()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.AcceptEncoding.ParseAdd("br");

        using var answer = await system.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(["br"], answer.Content.Headers.ContentEncoding);
        await using var plain = new System.IO.Compression.BrotliStream(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), System.IO.Compression.CompressionMode.Decompress);
        using var document = await JsonDocument.ParseAsync(plain, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("MlOps", document.RootElement.GetProperty("info").GetProperty("title").GetString());
    }
}
