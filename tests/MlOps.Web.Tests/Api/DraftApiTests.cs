using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MlOps.Testing;

namespace MlOps.Web.Tests.Api;

/// <summary>A definition that a file suggests, of which nothing is kept.</summary>
public sealed class DraftApiTests(AzuriteFixture azurite)
{
    private const string Draft = "/api/pipelines/p/definition/draft";
    private const string Hostile = "<img src=x onerror=alert(1)>";

    [Fact]
    public async Task A_file_gives_columns_guesses_leaks_and_a_definition_and_nothing_is_kept()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var drafted = await system.SendAsync(HttpMethod.Post, $"{Draft}?file={Uri.EscapeDataString(Hostile)}.csv", ApiSystem.Csv(File()));

        Assert.Equal((300, "TARGET", "ID", "binary"), (drafted.GetProperty("rows").GetInt32(), Text(drafted, "label"), Text(drafted, "id"), Text(drafted, "task")));
        var columns = drafted.GetProperty("columns").EnumerateArray().ToDictionary(c => Text(c, "name")!);
        Assert.Equal(["ID", "SEEN", Hostile, "AGE", "PAID", "TARGET"], drafted.GetProperty("columns").EnumerateArray().Select(c => Text(c, "name")));
        Assert.Equal(("id", "time", "feature", "excluded", "label"), (Text(columns["ID"], "use"), Text(columns["SEEN"], "use"), Text(columns["AGE"], "use"), Text(columns["PAID"], "use"), Text(columns["TARGET"], "use")));
        Assert.Equal("draft-gives-away", columns["PAID"].GetProperty("why").GetProperty("said").GetProperty("code").GetString());
        Assert.Equal(30, columns["AGE"].GetProperty("missing").GetInt32());
        Assert.Equal("2024-01-01", drafted.GetProperty("first")[0][1].GetString());
        var check = await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/definition/validate", new StringContent(Text(drafted, "text")!, Encoding.UTF8, "application/yaml"));
        Assert.True(check.GetProperty("valid").GetBoolean(), Text(drafted, "text"));

        // Another label is another task; the text has it.
        var other = await system.SendAsync(HttpMethod.Post, $"{Draft}?label=AGE&id=ID", ApiSystem.Csv(File()));
        Assert.Equal(("AGE", "regression"), (Text(other, "label"), Text(other, "task")));

        Assert.Empty(await BlobsAsync(system.Account.Definitions));
        Assert.Empty(await BlobsAsync(system.Account.Input));
        Assert.Empty(await BlobsAsync(system.Account.Artifacts));
    }

    [Fact]
    public async Task What_is_no_table_too_long_or_a_bomb_is_refused_with_a_reason_that_the_page_can_word()
    {
        await using var system = await ApiSystem.StartAsync(azurite, limits: new Access.ApiLimits { DraftBytes = 100_000 });
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[2_000_000], TestContext.Current.CancellationToken);
        }

        foreach (var (query, bytes, status, code) in new (string, byte[], int, string?)[]
        {
            ("", packed.ToArray(), 413, "draft-too-long"), ("", new byte[200_000], 413, null), ("", "a,b\n"u8.ToArray(), 422, "draft-no-rows"), ("?label=nope", File(), 422, "draft-no-column"),
            ("", [0x1f, 0x8b, 1, 2, 3], 422, "draft-not-csv"), ("", [], 422, "draft-not-csv"), ("", "a,b\n1,2\n1,2\n"u8.ToArray(), 422, null),
        })
        {
            var problem = await system.SendAsync(HttpMethod.Post, Draft + query, ApiSystem.Csv(bytes), status);
            Assert.True(code is null || problem.GetProperty("said").GetProperty("code").GetString() == code, problem.ToString());
        }

        await system.SendAsync(HttpMethod.Post, "/api/pipelines/..%2Fq/definition/draft", ApiSystem.Csv(File()), 400);
    }

    /// <summary>A history with a time, a leak, holes, and a name that is markup.</summary>
    internal static byte[] File()
    {
        var text = new StringBuilder($"ID,SEEN,{Hostile},AGE,PAID,TARGET\n");
        for (var i = 0; i < 300; i++)
        {
            var target = i * 7 % 3 == 0 ? 1 : 0;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"c-{i},{new DateOnly(2024, 1, 1).AddDays(i):yyyy-MM-dd},\"{(i % 4 == 0 ? "<script>alert(1)</script>" : "b")}\",{(i % 10 == 0 ? "" : 18 + (i * 13 % 60))},{(target == 1 ? 100 + i : 0)},{target}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private static async Task<List<string>> BlobsAsync(Azure.Storage.Blobs.BlobContainerClient container)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync())
        {
            names.Add(blob.Name);
        }

        return names;
    }
}
