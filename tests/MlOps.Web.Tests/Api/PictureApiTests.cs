using System.Globalization;
using System.IO.Compression;
using System.Text;
using MlOps.Cli.Sample;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Runs;

namespace MlOps.Web.Tests.Api;

/// <summary>A pipeline of pictures as people and programs meet it: dropped, reported, scored, refused.</summary>
public sealed class PictureApiTests(AzuriteFixture azurite)
{
    private const string Pipeline = "leaves";
    private const string Base = $"/api/pipelines/{Pipeline}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_go_the_whole_way_and_one_that_is_sent_alone_is_scored_as_in_its_file()
    {
        using var folder = new TemporaryFolder();
        LeafCase.Write(folder.Path, 60, 3, Stop);
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync(Pipeline, LeafCase.Definition());
        foreach (var file in (string[])["initial.zip", "20201001.zip", "20201101.zip"])
        {
            await system.SendAsync(HttpMethod.Put, $"{Base}/drops/{file}", Body("application/zip", await File.ReadAllBytesAsync(folder[file], Stop)), 202);
        }

        var standings = await system.SettledAsync(Pipeline);
        Assert.All(standings, s => Assert.True(s.Standing == Standing.Done, $"{s.Period} {s.State}: {s.Reason}"));

        // The broken picture of November is set aside with its reason; the others are predicted.
        var november = await PredictionsAsync(system, "20201101");
        Assert.Equal(14, november.Count);
        Assert.DoesNotContain("leaf-20201101-0003.png", november.Keys);
        var rejected = (await system.GetAsync($"{Base}/rejected")).GetProperty("items").EnumerateArray().Select(f => f.GetProperty("name").GetString()!).Single();
        Assert.Matches(@"^20201101\.0x[0-9A-F]+\.quarantine\.csv$", rejected);
        var quarantine = await system.Client.GetStringAsync($"{Base}/rejected/{rejected}", Stop);
        Assert.Contains("picture-truncated", quarantine, StringComparison.Ordinal);
        Assert.Contains("leaf-20201101-0003.png", quarantine, StringComparison.Ordinal);

        // The report shows pictures, is one small file, and fetches nothing.
        var report = await system.Client.GetStringAsync($"{Base}/periods/20201001/report.html", Stop);
        Assert.Contains("<img src=\"data:image/jpeg;base64,", report, StringComparison.Ordinal);
        Assert.Contains("Least sure", report, StringComparison.Ordinal);
        Assert.InRange(report.Length, 10_000, 1_000_000);
        Assert.DoesNotContain("http://", report.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);

        // Sent alone, each picture has the score that the champion would give it in a file.
        var served = (await system.GetAsync($"{Base}/score")).GetProperty("modelVersion").GetString();
        using var zip = ZipFile.OpenRead(folder["20201101.zip"]);
        foreach (var entry in zip.Entries.Where(e => november.ContainsKey(e.Name)).Take(5))
        {
            var answer = await system.SendAsync(HttpMethod.Post, $"{Base}/score?reasons=2", Body("image/png", Bytes(entry)));
            Assert.Equal(served, answer.GetProperty("modelVersion").GetString());
            var row = Assert.Single(answer.GetProperty("rows").EnumerateArray());
            Assert.Equal(november[entry.Name].Score, row.GetProperty("score").GetDouble());
            Assert.Equal(november[entry.Name].Class, row.GetProperty("prediction").GetString());
            Assert.Equal(2, row.GetProperty("reasons").GetArrayLength());
        }

        var refused = await system.SendAsync(HttpMethod.Post, $"{Base}/score", Body("image/jpeg", Bytes(zip.GetEntry("leaf-20201101-0003.png")!)), 422);
        Assert.Contains("ends before it is complete", refused.ToString(), StringComparison.Ordinal);
        await system.SendAsync(HttpMethod.Post, $"{Base}/score", Body("image/gif", [1, 2, 3]), 415);

        // What a page shows of the file, and where a row came from.
        var profile = await system.GetAsync($"{Base}/periods/20201101/profile");
        Assert.Contains("brightness", profile.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        var origin = await new Lineage(system.Account).OfRowAsync(PipelineName.Parse(Pipeline), Period.Parse("20201001"), "leaf-20201001-0001.png", Stop);
        Assert.Equal(("leaves/20201001.zip", 0), (origin.File.BlobName, origin.FileLine));

        // Labels that come late come as the zip again; nothing is predicted anew, and the outcome is known.
        await system.SendAsync(HttpMethod.Put, $"{Base}/drops/20201101.zip", Body("application/zip", Labelled(folder["20201101.zip"], november.Keys)), 202);
        await system.SettledAsync(Pipeline);
        Assert.Equal(november, await PredictionsAsync(system, "20201101"));
        Assert.Contains("20201101", (await system.GetAsync($"{Base}/performance")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_without_labels_is_no_history_and_comes_back_with_its_reason_under_a_name_that_is_taken_again()
    {
        using var folder = new TemporaryFolder();
        LeafCase.Write(folder.Path, 40, 3, Stop);
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync(Pipeline, LeafCase.Definition());
        await system.SendAsync(HttpMethod.Put, $"{Base}/drops/initial.zip", Body("application/zip", await File.ReadAllBytesAsync(folder["20201101.zip"], Stop)), 202);
        Assert.Equal(Standing.Failed, (await system.SettledAsync(Pipeline)).Single().Standing);
        var files = (await system.GetAsync($"{Base}/rejected")).GetProperty("items").EnumerateArray().Select(f => f.GetProperty("name").GetString()!).ToArray();
        var kept = Assert.Single(files, f => f.EndsWith(".zip", StringComparison.Ordinal));
        Assert.Contains("labels-missing", await system.Client.GetStringAsync($"{Base}/rejected/{kept.Replace(".zip", ".errors.json", StringComparison.Ordinal)}", Stop), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(folder["20201101.zip"], Stop), await system.Client.GetByteArrayAsync($"{Base}/rejected/{kept}", Stop));

        var taken = await system.SendAsync(HttpMethod.Put, $"{Base}/drops/{kept}", Body("application/zip", await File.ReadAllBytesAsync(folder["initial.zip"], Stop)), 202);
        Assert.EndsWith("/leaves/initial.zip", taken.GetProperty("blob").GetString(), StringComparison.Ordinal);
        Assert.Equal(Standing.Done, (await system.SettledAsync(Pipeline)).Single().Standing);
    }

    [Fact]
    public async Task A_zip_for_a_pipeline_of_tables_and_a_table_for_one_of_pictures_are_refused_by_what_they_are()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync(Pipeline, LeafCase.Definition());
        await system.DefineAsync("credit", "label: TARGET\n");
        await system.SendAsync(HttpMethod.Put, $"{Base}/drops/initial.csv", ApiSystem.Csv("file,label\na.png,healthy\n"), 202);
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("a.csv").Open().Dispose();
        }

        await system.SendAsync(HttpMethod.Put, "/api/pipelines/credit/drops/initial.zip", Body("application/zip", zip.ToArray()), 202);
        Assert.Contains("The file is no zip", await ReasonsAsync(system, Pipeline), StringComparison.Ordinal);
        Assert.Contains("zip archive", await ReasonsAsync(system, "credit"), StringComparison.Ordinal);
    }

    private static async Task<string> ReasonsAsync(ApiSystem system, string pipeline)
    {
        Assert.Equal(Standing.Failed, (await system.SettledAsync(pipeline)).Single().Standing);
        var files = (await system.GetAsync($"/api/pipelines/{pipeline}/rejected")).GetProperty("items").EnumerateArray().Select(f => f.GetProperty("name").GetString()!);
        return await system.Client.GetStringAsync($"/api/pipelines/{pipeline}/rejected/{files.Single(f => f.EndsWith(".errors.json", StringComparison.Ordinal))}", Stop);
    }

    private static ByteArrayContent Body(string type, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(type);
        return content;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var copy = new MemoryStream();
        using var content = entry.Open();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    private static byte[] Labelled(string path, IEnumerable<string> names)
    {
        using var copy = new MemoryStream();
        copy.Write(File.ReadAllBytes(path));
        using (var zip = new ZipArchive(copy, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var labels = zip.CreateEntry("labels.csv").Open();
            labels.Write(Encoding.UTF8.GetBytes("file,label\n" + string.Concat(names.Select((n, i) => $"{n},{(i % 2 == 0 ? "healthy" : "unhealthy")}\n"))));
        }

        return copy.ToArray();
    }

    private static async Task<Dictionary<string, (string Class, double Score)>> PredictionsAsync(ApiSystem system, string period)
    {
        var text = await system.Client.GetStringAsync($"{Base}/periods/{period}/predictions.csv", Stop);
        return text.TrimEnd('\n').Split('\n').Skip(1).Select(l => l.Split(',')).ToDictionary(c => c[0], c => (c[1], double.Parse(c[2], CultureInfo.InvariantCulture)));
    }
}
