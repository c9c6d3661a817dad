using MlOps.Storage;
using MlOps.Pipeline.Registry;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Tabular;

namespace MlOps.Web.Tests.Api;

[Collection(TrainedApiCollection.Name)]
public sealed class ScoringTests(TrainedApi trained, ITestOutputHelper output)
{
    private const string Score = $"/api/pipelines/{TrainedApi.Pipeline}/score";
    private const string Invocations = $"/api/pipelines/{TrainedApi.Pipeline}/invocations";

    private ApiSystem System => trained.System;

    [Fact]
    public async Task Batch_equals_API_the_same_file_gives_the_same_bytes_as_its_prediction_file()
    {
        var batch = await System.Client.GetByteArrayAsync($"/api/pipelines/{TrainedApi.Pipeline}/periods/20201101/predictions.csv", Stop);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Score}?reasons=3") { Content = ApiSystem.Csv(trained.November) };
        request.Headers.Add("Accept", "text/csv");
        using var response = await System.Client.SendAsync(request, Stop);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Encoding.UTF8.GetString(batch), await response.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(7, 7_000)]
    [InlineData(1000, 10_000)]
    public async Task Batch_equals_API_every_row_as_JSON_in_requests_of_any_size_gives_the_identical_score_and_reasons(int rowsARequest, int count)
    {
        var batch = await BatchAsync("20201101");
        Assert.Equal(10_000, batch.Count);
        var parts = TrainedApi.Records(trained.November).Take(count).Chunk(rowsARequest).ToArray();
        var compared = 0;
        await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Stop }, async (part, _) =>
        {
            var answer = await System.SendAsync(HttpMethod.Post, $"{Score}?reasons=3", ApiSystem.Json(part));
            Assert.Equal(part.Select(row => row["ID"]), answer.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("id").GetString()));
            foreach (var row in answer.GetProperty("rows").EnumerateArray())
            {
                var expected = batch[row.GetProperty("id").GetString()!];
                Assert.Equal(expected.Prediction, row.GetProperty("prediction").GetString());
                Assert.Equal(expected.Score, row.GetProperty("score").GetDouble());
                Assert.Equal(expected.Reasons, row.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!));
                Interlocked.Increment(ref compared);
            }
        });
        Assert.Equal(count, compared);
    }

    [Fact]
    public async Task Every_form_of_MLflow_gives_the_scores_of_the_batch()
    {
        var batch = await BatchAsync("20201101");
        var rows = TrainedApi.Records(trained.November).Take(60).ToArray();
        var names = rows[0].Keys.Reverse().ToArray();
        var expected = rows.Select(row => batch[(string)row["ID"]!].Score).ToArray();
        var forms = new object[]
        {
            new { dataframe_records = rows },
            new { instances = rows },
            new { dataframe_split = new { columns = names, data = rows.Select(row => names.Select(name => row[name])) } },
            new { inputs = names.ToDictionary(name => name, name => rows.Select(row => row[name])) },
        };
        foreach (var path in (string[])[Invocations, "/invocations", $"/invocations?pipeline={TrainedApi.Pipeline}"])
        {
            foreach (var form in forms)
            {
                var answer = await System.SendAsync(HttpMethod.Post, path, ApiSystem.Json(form));
                Assert.Equal(expected, answer.GetProperty("predictions").EnumerateArray().Select(p => p.GetDouble()));
                Assert.Equal(await ChampionAsync(), answer.GetProperty("modelVersion").GetString());
            }
        }
    }

    [Fact]
    public async Task The_order_of_columns_does_not_matter_the_id_may_be_absent_and_the_label_is_not_looked_at()
    {
        var row = TrainedApi.Records(trained.November)[3];
        var expected = (await BatchAsync("20201101"))[(string)row["ID"]!].Score;
        var turned = row.Reverse().Where(cell => cell.Key != "ID").ToDictionary(cell => cell.Key, cell => cell.Key == "TARGET" ? "nonsense" : cell.Value);
        var answer = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(new { rows = new[] { turned } }));
        Assert.Equal(expected, answer.GetProperty("rows")[0].GetProperty("score").GetDouble());
        Assert.Equal("1", answer.GetProperty("rows")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Numbers_may_come_as_numbers_or_as_text_and_null_is_a_missing_cell()
    {
        var row = TrainedApi.Records(trained.November)[3];
        row["AGE"] = null;
        var asText = await ScoreOfAsync(row);
        row["INCOME"] = JsonSerializer.SerializeToElement(int.Parse((string)row["INCOME"]!, CultureInfo.InvariantCulture));
        Assert.Equal(asText, await ScoreOfAsync(row));
        row["AGE"] = "";
        Assert.Equal(asText, await ScoreOfAsync(row));
        row["AGE"] = "NA";
        Assert.Equal(asText, await ScoreOfAsync(row));
    }

    [Fact]
    public async Task Many_senders_that_never_end_their_rows_hold_nobody_up()
    {
        var senders = new List<System.Net.Sockets.TcpClient>();
        for (var i = 0; i < 16 * Environment.ProcessorCount; i++)
        {
            var sender = new System.Net.Sockets.TcpClient();
            await sender.ConnectAsync(System.Address.Host, System.Address.Port, Stop);
            await sender.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {Score} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n["), Stop);
            senders.Add(sender);
        }

        var began = Stopwatch.StartNew();
        await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(TrainedApi.Records(trained.November).Take(1)));

        // One turn that is held until the sender is given up takes five seconds, and all of these sixteen times as long.
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(4), $"It took {began.Elapsed}.");
        senders.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_missing_column_is_named()
    {
        var rows = TrainedApi.Records(trained.November).Take(2).ToArray();
        foreach (var row in rows)
        {
            row.Remove("DEBT");
        }

        var problem = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(rows), 422);
        Assert.Equal("DEBT", problem.GetProperty("where").GetString());
        Assert.Contains("'DEBT'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var csv = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Csv("ID,INCOME,AGE,CONTRACT\n1,2,3,x\n"), 422);
        Assert.Contains(csv.GetProperty("errors").EnumerateArray(), e => e.GetProperty("columnName").GetString() == "DEBT");
    }

    [Fact]
    public async Task A_cell_that_is_no_number_refuses_the_request_and_its_row_is_named()
    {
        var rows = TrainedApi.Records(trained.November).Take(5).ToArray();
        rows[1]["CONTRACT"] = "two\nlines";
        rows[3]["DEBT"] = "a lot";
        var problem = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(rows), 422);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((4, "DEBT"), (error.GetProperty("line").GetInt32(), error.GetProperty("columnName").GetString()));
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("[1]", 422)]
    [InlineData("[]", 422)]
    [InlineData("[{\"DEBT\":[1]}]", 422)]
    [InlineData("{\"dataframe_split\":{\"columns\":[\"a\"],\"data\":[[1,2]]}}", 422)]
    [InlineData("{\"rows\":", 400)]
    public async Task A_body_of_another_form_is_refused_with_what_is_understood(string body, int status)
    {
        var problem = await System.SendAsync(HttpMethod.Post, Score, new StringContent(body, Encoding.UTF8, "application/json"), status);
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_pipeline_without_a_champion_says_what_makes_one()
    {
        var problem = await System.SendAsync(HttpMethod.Post, "/api/pipelines/nothing/score", ApiSystem.Json(new[] { new { a = 1 } }), 409);
        Assert.Contains("initial.csv", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_requests_run_while_champions_are_promoted_and_rolled_back_and_none_fails_and_all_new_within_a_second()
    {
        var versions = (await System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("models").GetProperty("items")
            .EnumerateArray().Select(m => m.GetProperty("version").GetString()!).ToArray();
        Assert.Equal(2, versions.Length);
        var champion = await ChampionAsync();
        var other = versions.First(v => v != champion);
        var rows = TrainedApi.Records(trained.November).Take(3).ToArray();
        var expected = new Dictionary<string, double[]>();
        var answers = new ConcurrentQueue<(long Began, string Version, double[] Scores)>();
        var moves = new List<(long Began, long Done, string Version)>();
        using var ending = new CancellationTokenSource();

        async Task<(long Began, string Version, double[] Scores)> AskAsync()
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await System.Client.PostAsync(Score, ApiSystem.Json(rows), Stop);
            var header = Assert.Single(response.Headers.GetValues("X-Model-Version"));
            var answer = await ApiSystem.JsonAsync(response, 200);
            Assert.Equal(header, answer.GetProperty("modelVersion").GetString());
            return (began, header, [.. answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("score").GetDouble())]);
        }

        async Task KeepAskingAsync()
        {
            while (!ending.IsCancellationRequested)
            {
                answers.Enqueue(await AskAsync());
            }
        }

        const int requests = 10_000;
        var askers = Enumerable.Range(0, 4).Select(_ => Task.Run(KeepAskingAsync)).ToArray();

        // By hand in the account, as another process does: this server has to find out by itself.
        var aliases = new AliasStore(System.Account, new ModelRegistry(System.Account), TimeProvider.System);
        var name = PipelineName.Parse(TrainedApi.Pipeline);
        for (var move = 0; move < 4 || answers.Count < requests || move % 2 == 1; move++)
        {
            Assert.True(move < 100, $"{answers.Count} answers after {move} releases.");
            var version = move % 2 == 0 ? other : champion;
            var began = Stopwatch.GetTimestamp();
            if (version == champion)
            {
                await aliases.RollbackAsync(name, Stop);
            }
            else
            {
                await aliases.PromoteAsync(name, version, Stop);
            }

            moves.Add((began, Stopwatch.GetTimestamp(), version));
            await Task.Delay(TimeSpan.FromSeconds(3), Stop);
        }

        await ending.CancelAsync();
        await Task.WhenAll(askers);
        Assert.Equal(champion, await ChampionAsync());
        Assert.InRange(answers.Count, requests, int.MaxValue);
        output.WriteLine($"{answers.Count} answers, {moves.Count} releases");
        Assert.All(answers, answer => Assert.Contains(answer.Version, versions));
        foreach (var (_, version, scores) in answers)
        {
            Assert.Equal(expected.TryGetValue(version, out var first) ? first : expected[version] = scores, scores);
        }

        for (var i = 0; i < moves.Count; i++)
        {
            var from = moves[i].Done + Stopwatch.Frequency;
            var until = i + 1 < moves.Count ? moves[i + 1].Began : long.MaxValue;
            Assert.All(answers.Where(a => a.Began >= from && a.Began < until), a => Assert.Equal(moves[i].Version, a.Version));
        }

        Assert.NotEqual(expected[champion], expected[other]);
    }

    [Fact]
    public async Task Unseen_categories_are_told_of_with_the_scores()
    {
        var row = TrainedApi.Records(trained.November)[0];
        Assert.Equal("never seen", row["CONTRACT"]);
        var answer = await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(new[] { row }));
        Assert.Contains(answer.GetProperty("warnings").EnumerateArray(), w => w.GetProperty("code").GetString() == "unseen-category");
        var invoked = await System.SendAsync(HttpMethod.Post, Invocations, ApiSystem.Json(new { dataframe_records = new[] { row } }));
        Assert.Contains(invoked.GetProperty("warnings").EnumerateArray(), w => w.GetProperty("code").GetString() == "unseen-category");
    }

    [Fact]
    public async Task NaN_as_Python_writes_it_is_a_missing_value_and_Infinity_is_refused_with_what_to_send()
    {
        static StringContent Body(string income) => new(
            "{\"dataframe_split\":{\"columns\":[\"CONTRACT\",\"INCOME\",\"DEBT\",\"AGE\",\"" + TrainedApi.Hostile + "\"],\"data\":[[\"NaN \\\" NaN\"," + income + ",3,40,0.5]]}}",
            Encoding.UTF8, "application/json");
        var asNull = await System.SendAsync(HttpMethod.Post, Invocations, Body("null"));
        var asNaN = await System.SendAsync(HttpMethod.Post, Invocations, Body("NaN"));
        Assert.Equal(asNull.GetProperty("predictions")[0].GetDouble(), asNaN.GetProperty("predictions")[0].GetDouble());
        Assert.Contains("NaN \" NaN", asNaN.GetProperty("warnings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);

        var refused = await System.SendAsync(HttpMethod.Post, Invocations, Body("Infinity"), 400);
        Assert.Contains("A missing value is null", refused.GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<double> ScoreOfAsync(Dictionary<string, object?> row) =>
        (await System.SendAsync(HttpMethod.Post, Score, ApiSystem.Json(new[] { row }))).GetProperty("rows")[0].GetProperty("score").GetDouble();

    private async Task<string> ChampionAsync() =>
        (await System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/models")).GetProperty("champion").GetString()!;

    private async Task<Dictionary<string, (string Prediction, double Score, string[] Reasons)>> BatchAsync(string period)
    {
        var bytes = await System.Client.GetByteArrayAsync($"/api/pipelines/{TrainedApi.Pipeline}/periods/{period}/predictions.csv", Stop);
        return CsvFile.ReadRecords(new MemoryStream(bytes)).Skip(1)
            .ToDictionary(r => r[0], r => (r[1], double.Parse(r[2], CultureInfo.InvariantCulture), r[3..]));
    }
}
