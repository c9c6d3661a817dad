namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>The evaluator itself: it does what the language does, and nothing that it does not know.</summary>
public sealed class KustoQueryTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Dictionary<string, List<Dictionary<string, object?>>> Tables = new()
    {
        ["T"] =
        [
            new() { ["At"] = Now.AddHours(-1), ["Text"] = "Alpha", ["N"] = 1L },
            new() { ["At"] = Now.AddHours(-3), ["Text"] = "beta", ["N"] = 2L },
            new() { ["At"] = Now.AddHours(-5), ["Text"] = "{\"a\":{\"b\":7},\"c\":null}", ["N"] = null },
        ],
    };

    [Theory]
    [InlineData("T | where At > ago(2h)", 1)]
    [InlineData("T | where Text contains 'ALP' or N == 2", 2)]
    [InlineData("T | where N >= 1 and N * 2 + 1 < 5", 1)]
    [InlineData("T | where N != 1", 1)]
    [InlineData("T | where not(N == 1)", 2)]
    [InlineData("T | where tolong(parse_json(Text).a.b) == 7", 1)]
    [InlineData("T | where isempty(tostring(parse_json(Text).c))", 3)]
    [InlineData("T | summarize n = count(), last = max(At) by k = N > 1 | where n == 2", 1)]
    [InlineData("T | summarize p = percentile(N, 50) by Text | where Text in ('Alpha', 'beta')", 2)]
    public void A_query_gives_what_the_language_gives(string query, int rows) => Assert.Equal(rows, KustoQuery.Run(query, Tables, Now).Count);

    [Theory]
    [InlineData("U | where N == 1")]
    [InlineData("T | where Nn == 1")]
    [InlineData("T | take 1")]
    [InlineData("T | where Text has 'x'")]
    [InlineData("T | where strlen(Text) == 1")]
    [InlineData("T | where N == 'x'")]
    [InlineData("T | where N")]
    [InlineData("T | summarize count() by Text")]
    [InlineData("T | where N == 1 ; T")]
    [InlineData("T | where N ==")]
    public void What_it_does_not_know_is_an_error(string query) => Assert.Throws<KustoException>(() => KustoQuery.Run(query, Tables, Now));
}
