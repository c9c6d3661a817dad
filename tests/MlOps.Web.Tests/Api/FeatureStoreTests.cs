using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Pipeline.FeatureStore;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Web.Tests.Api;

[Collection(TrainedApiCollection.Name)]
public sealed class FeatureStoreTests(TrainedApi trained)
{
    private const string Home = $"/api/pipelines/{TrainedApi.Pipeline}";
    private const int Rows = 10_000;

    private static readonly PipelineName Pipeline = PipelineName.Parse(TrainedApi.Pipeline);

    private ApiSystem System => trained.System;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task For_every_id_of_a_period_the_online_value_equals_the_offline_one_to_the_bit()
    {
        var (table, details) = await OfflineAsync("20201101");
        var ids = Ids(table);
        var online = await System.App.Services.GetRequiredService<OnlineStore>().FindAsync(Pipeline, ids, Stop);
        var features = table.Columns.Where(c => details.Find(c.Name)!.Role == "feature").ToArray();
        Assert.Equal((Rows, 5), (ids.Length, features.Length));
        for (var row = 0; row < ids.Length; row++)
        {
            Assert.Equal("20201101", online[row]!.Period);
            for (var at = 0; at < features.Length; at++)
            {
                Assert.Equal(features[at].Name, online[row]!.Columns[at].Name);
                var expected = features[at] is NumberColumn numbers
                    ? double.IsNaN(numbers.Values[row]) ? null : (object)BitConverter.DoubleToInt64Bits(numbers.Values[row])
                    : features[at].Text(row);
                Assert.Equal(expected, online[row]!.Cells[at] is double number ? BitConverter.DoubleToInt64Bits(number) : online[row]!.Cells[at]);
            }
        }
    }

    [Fact]
    public async Task A_score_by_id_alone_equals_the_score_of_its_row()
    {
        var batch = Encoding.UTF8.GetString(await System.Client.GetByteArrayAsync($"{Home}/periods/20201101/predictions.csv", Stop)).TrimEnd('\n').Split('\n')[1..]
            .Select(line => line.Split(',')).ToDictionary(cells => cells[0], cells => double.Parse(cells[2], CultureInfo.InvariantCulture));
        Assert.Equal(Rows, batch.Count);
        foreach (var ids in batch.Keys.Chunk(1000))
        {
            var answer = await System.SendAsync(HttpMethod.Post, $"{Home}/score", ApiSystem.Json(new { ids }));
            Assert.Equal(ids, answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("id").GetString()!));
            Assert.Equal(ids.Select(id => batch[id]), answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("score").GetDouble()));
        }

        // Rows that hold the id and nothing else, in every form that has rows; and reasons as for a row.
        var few = batch.Keys.Take(3).ToArray();
        foreach (var form in new object[] { few.Select(Alone), new { rows = few.Select(Alone) }, new { dataframe_split = new { columns = new[] { "ID" }, data = few.Select(id => new[] { id }) } } })
        {
            var answer = await System.SendAsync(HttpMethod.Post, $"{Home}/score?reasons=2", ApiSystem.Json(form));
            Assert.Equal(few.Select(id => batch[id]), answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("score").GetDouble()));
            Assert.All(answer.GetProperty("rows").EnumerateArray(), r => Assert.Equal(2, r.GetProperty("reasons").GetArrayLength()));
        }
    }

    [Fact]
    public async Task Features_of_an_id_are_shown_with_their_times()
    {
        var row = TrainedApi.Records(trained.October)[3];
        var shown = await System.GetAsync($"{Home}/features/{row["ID"]}");
        Assert.Equal(("20201001", 1), (shown.GetProperty("period").GetString(), shown.GetProperty("revision").GetInt32()));
        Assert.Equal(TimeSpan.FromDays(30), shown.GetProperty("expiresAt").GetDateTimeOffset() - shown.GetProperty("writtenAt").GetDateTimeOffset());
        Assert.Equal((string)row["INCOME"]!, shown.GetProperty("features").GetProperty("INCOME").GetRawText());
        Assert.Equal((string)row["CONTRACT"]! is "" or "NA" ? null : (string)row["CONTRACT"]!, shown.GetProperty("features").GetProperty("CONTRACT").GetString());
        var periods = await System.GetAsync($"{Home}/features");
        Assert.Equal(["20201101", "20201001"], periods.EnumerateArray().Select(p => p.GetProperty("period").GetString()));
        Assert.Equal(shown.GetProperty("sha256").GetString(), periods[1].GetProperty("sha256").GetString());
        Assert.Equal(periods[1].GetProperty("sha256").GetString(), ContentHash.Of(await System.Client.GetByteArrayAsync($"{Home}/periods/20201001/features.parquet", Stop)));
    }

    [Fact]
    public async Task What_is_not_online_is_said_with_the_ids_and_nothing_is_scored()
    {
        var unknown = await System.SendAsync(HttpMethod.Post, $"{Home}/score", ApiSystem.Json(new { ids = new object[] { "nobody", "20201101-1", 7 } }), 422);
        Assert.Contains("2 ids", unknown.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("nobody, 7", unknown.GetRawText(), StringComparison.Ordinal);
        foreach (var ids in new object[] { Array.Empty<string>(), "20201101-1", new object[] { new { } }, Enumerable.Range(0, 1001) })
        {
            await System.SendAsync(HttpMethod.Post, $"{Home}/score", ApiSystem.Json(new { ids }), 422);
        }

        await System.SendAsync(HttpMethod.Get, $"{Home}/features/nobody", expected: 404);
        await System.SendAsync(HttpMethod.Get, $"{Home}/features/..%2F..%2Fother", expected: 404);
        await System.SendAsync(HttpMethod.Get, "/api/pipelines/none/features", expected: 404);
    }

    [Fact]
    public async Task The_history_s_first_file_is_kept_too_with_its_label_and_what_columns_mean()
    {
        var (table, details) = await OfflineAsync("initial");
        Assert.Equal(600, table.RowCount);
        Assert.Equal("label", details.Find("TARGET")!.Role);
        Assert.Equal(("What comes in a year, <b>before</b> taxes", "kEUR"), (details.Find("INCOME")!.Description, details.Find("INCOME")!.Unit));
        var manifest = await System.GetAsync($"{Home}/periods/20201101/manifest.json");
        var file = await System.Client.GetByteArrayAsync($"{Home}/periods/20201101/features.parquet", Stop);
        Assert.Equal(ContentHash.Of(file), manifest.GetProperty("features").GetProperty("sha256").GetString());
        Assert.Equal(manifest.GetProperty("definitionHash").GetString(), ParquetFile.Read(new MemoryStream(file)).Details.Facts["mlops.definition"]);
        var parquet = await System.Client.GetByteArrayAsync($"{Home}/periods/20201101/predictions.parquet", Stop);
        Assert.Equal(ContentHash.Of(parquet), manifest.GetProperty("parquetSha256").GetString());
    }

    private static Dictionary<string, string> Alone(string id) => new() { ["ID"] = id };

    private static string[] Ids(Table table) => [.. Enumerable.Range(0, table.RowCount).Select(i => table["ID"].Text(i)!)];

    private async Task<(Table Table, ParquetDetails Details)> OfflineAsync(string period) =>
        ParquetFile.Read(new MemoryStream(await System.Client.GetByteArrayAsync($"{Home}/periods/{period}/features.parquet", Stop)));
}
