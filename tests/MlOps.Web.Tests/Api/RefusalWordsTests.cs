using System.Text.Json;
using MlOps.Pipeline.Wording;

namespace MlOps.Web.Tests.Api;

/// <summary>What a command is refused with is a code with arguments, so that the page words it in the reader's language.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class RefusalWordsTests(TrainedApi trained)
{
    private const string Pipeline = TrainedApi.Pipeline;

    [Theory]
    [InlineData("cancel", "steer-ended", "はすでに終わっています: 成功。")]
    [InlineData("approve", "steer-no-question", "は承認を待っていません。")]
    [InlineData("rerun", "steer-no-step", "ステップ「nowhere」はありません。")]
    public async Task A_command_to_a_run_is_refused_in_both_languages(string command, string code, string japanese)
    {
        var run = (await trained.System.GetAsync($"/api/runs?pipeline={Pipeline}&state=succeeded")).GetProperty("items")[0].GetProperty("runId").GetString();

        var problem = await trained.System.SendAsync(
            HttpMethod.Post, $"/api/runs/{run}/{command}", ApiSystem.Json(new { from = command == "rerun" ? "nowhere" : null }), 409);

        var said = Said(problem, "said");
        Assert.Equal((code, problem.GetProperty("detail").GetString()), (said.Code, said.ToString()));
        Assert.Contains(japanese, Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_and_a_file_are_refused_in_both_languages_with_what_to_do()
    {
        var release = await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{Pipeline}/models/none/promote", expected: 404);
        var day = await trained.System.SendAsync(HttpMethod.Put, $"/api/pipelines/{Pipeline}/drops/20210229.csv", ApiSystem.Csv("x,y\n1,0\n"), 400);
        var none = await trained.System.SendAsync(HttpMethod.Get, "/api/pipelines/nope/periods", expected: 404);

        Assert.Equal(("「credit」にその版のモデルはありません。", "一覧で確かめてください (GET /api/pipelines/credit/models)。"), InJapanese(release));
        Assert.Equal(("「20210229」は存在しない日です。", "initial.csv (履歴) または yyyyMMdd.csv (期間、例: 20201001.csv) という名前にしてください。"), InJapanese(day));

        // Other tests of the collection add pipelines of their own, so what there is comes from the API too.
        var there = string.Join(", ", (await trained.System.GetAsync("/api/pipelines")).GetProperty("items").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal($"パイプライン「nope」はありません。あるのは {there} です。", Sentences.Word(Said(none, "said"), Sentences.Japanese));
        Assert.All(new[] { release, day, none }, p => Assert.Equal(p.GetProperty("detail").GetString(), Said(p, "said").ToString()));
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_codes_with_arguments_each_with_its_row()
    {
        var rows = TrainedApi.Records(trained.November).Take(2).ToArray();
        rows[1]["INCOME"] = "much";

        var problem = await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{Pipeline}/score", ApiSystem.Json(rows), 422);

        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        var said = Said(error, "said");
        Assert.Equal((2, "INCOME", "much"), (error.GetProperty("line").GetInt64(), error.GetProperty("columnName").GetString(), error.GetProperty("text").GetString()));
        Assert.Equal(error.GetProperty("message").GetString(), said.ToString());
        Assert.Contains("much", said.Arguments.Values);
        Assert.Contains("「much」", Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    private static (string What, string Next) InJapanese(JsonElement problem) =>
        (Sentences.Word(Said(problem, "said"), Sentences.Japanese), Sentences.Word(Said(problem, "nextSaid"), Sentences.Japanese));

    private static Sentence Said(JsonElement problem, string name) => problem.GetProperty(name).Deserialize<Sentence>(JsonSerializerOptions.Web)!;
}
