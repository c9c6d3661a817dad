using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Storage;

namespace MlOps.Web.Tests.Api;

[Collection(TrainedApiCollection.Name)]
public sealed class ReadApiTests(TrainedApi trained)
{
    private const string Home = $"/api/pipelines/{TrainedApi.Pipeline}";

    private ApiSystem System => trained.System;

    [Fact]
    public async Task Pipelines_that_need_attention_come_first_and_say_why()
    {
        await System.DefineAsync("a-quiet-one", "label: y\n");
        await System.DefineAsync("z-broken", "label: y\n");
        await System.SendAsync(HttpMethod.Put, "/api/pipelines/z-broken/drops/initial.csv", ApiSystem.Csv("x,w\n1,2\n"), 202);
        await System.SettledAsync("z-broken");
        string[] own = ["a-quiet-one", TrainedApi.Pipeline, "z-broken"];
        var items = (await System.GetAsync("/api/pipelines")).GetProperty("items").EnumerateArray().Where(i => own.Contains(i.GetProperty("name").GetString())).ToArray();
        Assert.Equal(["z-broken", "a-quiet-one", TrainedApi.Pipeline], items.Select(i => i.GetProperty("name").GetString()));
        Assert.Contains("'y'", items[0].GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        var credit = items[2];
        Assert.Equal(("none", 3, "20201101", "succeeded"), (credit.GetProperty("attention").GetString(), credit.GetProperty("periods").GetInt32(), credit.GetProperty("latestPeriod").GetString(), credit.GetProperty("latestState").GetString()));
    }

    [Theory]
    [InlineData("models")]
    [InlineData("live")]
    [InlineData("releases")]
    [InlineData("traffic")]
    [InlineData("shadow")]
    [InlineData("predictions")]
    [InlineData("rejected")]
    [InlineData("performance")]
    [InlineData("drift")]
    [InlineData("periods")]
    public async Task What_is_asked_of_an_unknown_pipeline_is_answered_with_the_names_of_those_there_are(string what)
    {
        using var answer = await System.Client.GetAsync($"/api/pipelines/nope/{what}", Stop);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        var problem = body.RootElement.GetProperty("detail").GetString()!;
        Assert.Contains("there is no pipeline 'nope'. There are: ", problem, StringComparison.Ordinal);
        Assert.Contains(TrainedApi.Pipeline, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipeline_with_an_open_alert_needs_attention_until_the_alert_is_gone()
    {
        const string watched = "watched";
        await System.DefineAsync(watched, "label: y\n");
        var book = new AlertBook(System.Account);
        var name = PipelineName.Parse(watched);
        await book.EnterAsync(name, "r1", "20201001", [new MonitorAlert("drift", "AGE", 0.3, "'AGE' has drifted."), new MonitorAlert("incident", "DEBT", 1, "'DEBT' is stuck.")], [], Stop);
        await book.EnterAsync(name, "r2", "20201101", [new MonitorAlert("drift", "AGE", 0.3, "'AGE' has drifted by 0.4.")], [], Stop);
        var pipeline = await System.GetAsync($"/api/pipelines/{watched}");
        Assert.Equal("needed", pipeline.GetProperty("attention").GetString());
        Assert.Equal("20201101 drift, open since 20201001: 'AGE' has drifted by 0.4.", Assert.Single(pipeline.GetProperty("reasons").EnumerateArray()).GetString());
        // What predictions have come to is told before what may have caused it.
        await book.EnterAsync(
            name, "r3", "20201201", [new MonitorAlert("drift", "AGE", 0.3, "'AGE' has drifted by 0.5."), new MonitorAlert("performance", "AUC", 1, "AUC came out at 0.6.")], [], Stop);
        pipeline = await System.GetAsync($"/api/pipelines/{watched}");
        Assert.Equal("20201201 performance: AUC came out at 0.6.", pipeline.GetProperty("reasons")[0].GetString());
        await book.EnterAsync(name, "r4", "20210101", [], [], Stop);
        Assert.Equal("none", (await System.GetAsync($"/api/pipelines/{watched}")).GetProperty("attention").GetString());
    }

    [Fact]
    public async Task Runs_come_in_pages_newest_first_each_once()
    {
        var seen = new List<string>();
        string? continuation = null;
        do
        {
            var page = await System.GetAsync($"/api/runs?pipeline={TrainedApi.Pipeline}&limit=1{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}");
            seen.Add(Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("period").GetString()!);
            continuation = page.GetProperty("continuation").GetString();
        }
        while (continuation is not null);
        Assert.Equal(["20201001", "20201101", "initial"], seen.Order(StringComparer.Ordinal));
        await System.SendAsync(HttpMethod.Get, "/api/runs?limit=0", expected: 400);
        await System.SendAsync(HttpMethod.Get, "/api/runs?limit=many", expected: 400);
        await System.SendAsync(HttpMethod.Get, "/api/runs?continuation=none", expected: 400);
    }

    [Fact]
    public async Task A_run_has_its_steps_and_its_events_end_with_its_end()
    {
        var run = (await System.GetAsync($"/api/runs?pipeline={TrainedApi.Pipeline}&period=20201101")).GetProperty("items")[0].GetProperty("runId").GetString();
        var details = await System.GetAsync($"/api/runs/{run}");
        var steps = details.GetProperty("document").GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString()).ToArray();
        Assert.Contains("train", steps);
        using var response = await System.Client.GetAsync($"/api/runs/{run}/logs", Stop);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync(Stop)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var lines = details.GetProperty("document").GetProperty("log").GetArrayLength();
        Assert.NotEqual(0, lines);
        Assert.Equal(lines + 1, events.Length);
        Assert.Contains("event: end", events[^1], StringComparison.Ordinal);

        // A reader that comes back gets what it has not had.
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/logs") { Headers = { { "Last-Event-ID", $"{lines}" } } };
        using var rest = await System.Client.SendAsync(request, Stop);
        Assert.Single((await rest.Content.ReadAsStringAsync(Stop)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task The_events_of_a_run_tell_its_stage_while_it_goes_on()
    {
        const string waiting = "waiting";
        await System.DefineAsync(waiting, "label: y\n");
        await System.SendAsync(HttpMethod.Put, $"/api/pipelines/{waiting}/drops/20201001.csv", ApiSystem.Csv("x,y\n1,0\n"), 202);
        string? run = null;
        while (run is null)
        {
            var runs = (await System.GetAsync($"/api/runs?pipeline={waiting}&state=active")).GetProperty("items");
            run = runs.GetArrayLength() > 0 && runs[0].GetProperty("waitsFor").GetString() is not null ? runs[0].GetProperty("runId").GetString() : null;
            await Task.Delay(50, Stop);
        }

        using var response = await System.Client.GetAsync($"/api/runs/{run}/logs", HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal("event: stage", await reader.ReadLineAsync(Stop));
        Assert.Contains("initial.csv", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        await System.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel");
        Assert.Contains("event: end", await reader.ReadToEndAsync(Stop), StringComparison.Ordinal);
        var audit = (await System.GetAsync($"/api/pipelines/{waiting}/audit")).GetProperty("items");
        Assert.Equal(("cancel", "local", "done"), (audit[0].GetProperty("action").GetString(), audit[0].GetProperty("who").GetString(), audit[0].GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task An_answer_that_the_caller_has_already_is_not_sent_again()
    {
        using var first = await System.Client.GetAsync($"{Home}/periods", Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Home}/periods") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await System.Client.SendAsync(request, Stop);
        Assert.Equal(304, (int)second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task A_period_tells_its_state_and_where_its_predictions_came_from()
    {
        var periods = (await System.GetAsync($"{Home}/periods")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["20201101", "20201001", "initial"], periods.Select(p => p.GetProperty("period").GetString()));
        Assert.Equal(1, periods[0].GetProperty("predictionRevision").GetInt32());
        var period = await System.GetAsync($"{Home}/periods/20201101");
        Assert.Equal(10_000, period.GetProperty("manifest").GetProperty("rows").GetInt64());
        await System.SendAsync(HttpMethod.Get, $"{Home}/periods/20211231", expected: 404);
    }

    [Fact]
    public async Task Predictions_are_downloaded_whole_in_ranges_and_not_again()
    {
        const string path = $"{Home}/periods/20201101/predictions.csv";
        Assert.Contains((await System.GetAsync($"{Home}/predictions")).GetProperty("items").EnumerateArray(), f => f.GetProperty("path").GetString() == path);
        using var whole = await System.Client.GetAsync(path, Stop);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Stop);
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("pred_20201101.csv", whole.Content.Headers.ContentDisposition?.FileName);
        using var part = await SendAsync(path, r => r.Headers.Range = new RangeHeaderValue(5, 24));
        Assert.Equal(206, (int)part.StatusCode);
        Assert.Equal(bytes[5..25], await part.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal(bytes.Length, part.Content.Headers.ContentRange?.Length);
        using var again = await SendAsync(path, r => r.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        Assert.Equal(304, (int)again.StatusCode);
        using var beyond = await SendAsync(path, r => r.Headers.Range = new RangeHeaderValue(bytes.Length, null));
        Assert.Equal(416, (int)beyond.StatusCode);
        using var head = await SendAsync(path, r => r.Method = HttpMethod.Head);
        Assert.Equal((200, bytes.Length, 0), ((int)head.StatusCode, (int)head.Content.Headers.ContentLength!, (await head.Content.ReadAsByteArrayAsync(Stop)).Length));
        Assert.Equal((whole.Headers.ETag, whole.Content.Headers.ContentType), (head.Headers.ETag, head.Content.Headers.ContentType));
    }

    [Fact]
    public async Task A_report_is_shown_without_the_right_to_run_anything()
    {
        await System.Account.Output.GetBlobClient($"{TrainedApi.Pipeline}/pred_20991231.report.html").UploadAsync(BinaryData.FromString("<script>alert(1)</script>"), overwrite: true, Stop);
        using var response = await System.Client.GetAsync($"{Home}/periods/20991231/report.html", Stop);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("sandbox; default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
        await System.Account.Output.GetBlobClient($"{TrainedApi.Pipeline}/pred_20991231.report.html").DeleteAsync(cancellationToken: Stop);
    }

    [Fact]
    public async Task Models_are_listed_compared_and_dated()
    {
        var models = await System.GetAsync($"{Home}/models");
        var versions = models.GetProperty("models").GetProperty("items").EnumerateArray().Select(m => m.GetProperty("version").GetString()!).ToArray();
        Assert.Equal(models.GetProperty("champion").GetString(), versions[0]);
        var compared = await System.GetAsync($"{Home}/models/{versions[0]}/compare/{versions[1]}");
        Assert.Equal(2, compared.GetProperty("metrics").GetProperty("test/auc").GetArrayLength());

        // The model of November learned from October too: on its test rows both are measured.
        var same = compared.GetProperty("sameRows");
        Assert.Equal(versions[0], same.GetProperty("rowsOf").GetString());
        var auc = same.GetProperty("metrics").GetProperty("auc");
        Assert.True(auc.GetProperty("higherIsBetter").GetBoolean());
        Assert.Equal(compared.GetProperty("metrics").GetProperty("test/auc")[0].GetDouble(), auc.GetProperty("left").GetDouble());
        Assert.Equal(compared.GetProperty("metrics").GetProperty("test/rows")[0].GetDouble(), same.GetProperty("rows").GetInt32());
        Assert.Equal(auc.GetProperty("right").GetDouble() - auc.GetProperty("left").GetDouble(), auc.GetProperty("difference").GetDouble(), 12);
        var gate = same.GetProperty("metrics").GetProperty(same.GetProperty("metric").GetString()!);
        Assert.InRange(gate.GetProperty("difference").GetDouble(), gate.GetProperty("low").GetDouble(), gate.GetProperty("high").GetDouble());
        Assert.Equal(versions[0], (await System.GetAsync($"{Home}/live")).GetProperty("champion").GetString());
        await System.SendAsync(HttpMethod.Get, $"{Home}/live?at=2001-01-01T00:00:00Z", expected: 404);
        await System.SendAsync(HttpMethod.Get, $"{Home}/models/none", expected: 404);
    }

    [Fact]
    public async Task A_pipeline_that_does_not_exist_is_told_where_its_runs_are_asked_for()
    {
        foreach (var path in new[] { "/api/runs?pipeline=nope", "/api/pipelines/nope/performance", "/api/pipelines/nope/drift" })
        {
            var problem = await System.SendAsync(HttpMethod.Get, path, expected: 404);
            Assert.Contains($"no pipeline 'nope'. There are: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Contains(TrainedApi.Pipeline, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_time_is_ISO_and_without_a_zone_UTC()
    {
        var problem = await System.SendAsync(HttpMethod.Get, $"{Home}/live?at=01/12/2026", expected: 400);
        Assert.Contains("without a zone it is UTC", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await System.SendAsync(HttpMethod.Get, $"{Home}/live?at=2001-01-01", expected: 404);
        await System.GetAsync($"{Home}/live?at=2999-01-01T00:00:00");
    }

    [Fact]
    public async Task Performance_and_drift_are_told_over_periods()
    {
        var performance = (await System.GetAsync($"{Home}/performance")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["20201101", "20201001"], performance.Select(p => p.GetProperty("period").GetString()));
        Assert.InRange(performance[0].GetProperty("metrics").GetProperty("drop").GetProperty("auc").GetDouble(), 0.55, 1);
        var drift = (await System.GetAsync($"{Home}/drift")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["20201101", "20201001"], drift.Select(p => p.GetProperty("period").GetString()));
        Assert.Contains(drift[0].GetProperty("document").GetProperty("columns").EnumerateArray(), c => c.GetProperty("column").GetString() == TrainedApi.Hostile);
    }

    [Fact]
    public async Task Nothing_from_a_file_is_written_as_markup_into_JSON()
    {
        foreach (var path in (string[])[$"{Home}/score", $"{Home}/drift"])
        {
            var text = await System.Client.GetStringAsync(path, Stop);
            Assert.DoesNotContain('<', text);
            Assert.Contains("\\u003Cimg", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_runs_are_compared_metric_by_metric()
    {
        var runs = (await System.GetAsync($"/api/runs?pipeline={TrainedApi.Pipeline}&state=succeeded")).GetProperty("items").EnumerateArray()
            .Where(r => r.GetProperty("period").GetString() != "initial").Select(r => r.GetProperty("runId").GetString()).ToArray();
        var compared = await System.GetAsync($"/api/runs/{runs[0]}/compare/{runs[1]}");
        Assert.Equal(2, compared.GetProperty("metrics").GetProperty("test/auc").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/pipelines/none", 404)]
    [InlineData("/api/runs/none", 404)]
    [InlineData("/api/nothing", 404)]
    [InlineData("/api/runs?state=odd", 400)]
    [InlineData($"{Home}/periods/october", 400)]
    public async Task What_is_not_there_is_a_problem_that_says_what_and_what_next(string path, int status)
    {
        using var response = await System.Client.GetAsync(path, Stop);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await ApiSystem.JsonAsync(response, status);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Health_and_readiness_answer()
    {
        foreach (var (path, text) in new[] { ("/health", "live\n"), ("/health/live", "live\n"), ("/ready", "ready\n"), ("/health/ready", "ready\n") })
        {
            Assert.Equal(text, await System.Client.GetStringAsync(path, Stop));
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> SendAsync(string path, Action<HttpRequestMessage> shape)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        shape(request);
        return await System.Client.SendAsync(request, Stop);
    }
}
