using System.Globalization;
using System.Text.Json;
using MlOps.Tabular;

namespace MlOps.Web.Tests.Api;

[Collection(TrainedApiCollection.Name)]
public sealed class DictionaryTests(TrainedApi trained)
{
    private const string Address = $"/api/pipelines/{TrainedApi.Pipeline}/dictionary";

    [Fact]
    public async Task Every_column_is_told_with_what_the_files_the_definition_and_the_model_know_of_it()
    {
        var entries = (await trained.System.GetAsync(Address)).EnumerateArray().ToDictionary(e => e.GetProperty("column").GetString()!);
        Assert.Equal(["ID", "TARGET", "INCOME", "DEBT", "AGE", "CONTRACT", TrainedApi.Hostile], entries.Keys.AsEnumerable());
        Assert.Equal(["id", "label", "feature", "feature", "feature", "feature", "feature"], entries.Values.Select(e => e.GetProperty("role").GetString()));

        // Against the files themselves.
        var rows = TrainedApi.Records(trained.October).Concat(TrainedApi.Records(trained.November)).ToArray();
        var income = entries["INCOME"];
        Assert.Equal(("What comes in a year, <b>before</b> taxes", "kEUR"), (income.GetProperty("meaning").GetString(), income.GetProperty("unit").GetString()));
        Assert.True(Number(income, "least") <= rows.Min(r => double.Parse((string)r["INCOME"]!, CultureInfo.InvariantCulture)));
        Assert.True(Number(income, "greatest") >= rows.Max(r => double.Parse((string)r["INCOME"]!, CultureInfo.InvariantCulture)));
        Assert.Equal(("initial", "20201101"), (income.GetProperty("first").GetString(), income.GetProperty("last").GetString()));
        Assert.InRange(entries["AGE"].GetProperty("missing").GetDouble(), 0.08, 0.12);
        Assert.Equal(0, income.GetProperty("missing").GetDouble());
        Assert.Equal("text", entries["CONTRACT"].GetProperty("type").GetString());

        // Against what else is told of the model.
        var drift = (await trained.System.GetAsync($"/api/pipelines/{TrainedApi.Pipeline}/drift/summary")).GetProperty("columns").EnumerateArray()
            .Where(c => c.GetProperty("kind").GetString() != "score").ToDictionary(c => c.GetProperty("column").GetString()!);
        foreach (var (name, watched) in drift)
        {
            foreach (var fact in (string[])["importance", "psi", "drifted"])
            {
                Assert.Equal(watched.GetProperty(fact).GetRawText(), entries[name].GetProperty(fact).GetRawText());
            }
        }

        Assert.Equal(1, entries.Values.Where(e => e.GetProperty("importance").ValueKind == JsonValueKind.Number).Sum(e => e.GetProperty("importance").GetDouble()), 6);
        Assert.Equal(("number", 1), (income.GetProperty("transform").GetString(), income.GetProperty("features").GetInt32()));
        Assert.Equal("onehot", entries["CONTRACT"].GetProperty("transform").GetString());
        Assert.Equal(JsonValueKind.Null, entries["ID"].GetProperty("transform").ValueKind);
    }

    [Fact]
    public async Task The_CSV_says_the_same_and_runs_nothing_in_a_spreadsheet()
    {
        var entries = await trained.System.GetAsync(Address);
        var csv = CsvFile.ReadRecords(new MemoryStream(await trained.System.Client.GetByteArrayAsync(Address + ".csv", TestContext.Current.CancellationToken))).ToArray();
        Assert.Equal(entries.GetArrayLength() + 1, csv.Length);
        Assert.Equal(entries.EnumerateArray().Select(e => e.GetProperty("column").GetString()!), csv.Skip(1).Select(r => r[0]));
        var importance = Array.IndexOf(csv[0], "importance");
        Assert.Equal(entries.EnumerateArray().Select(e => e.GetProperty("importance").ValueKind == JsonValueKind.Null ? "" : e.GetProperty("importance").GetRawText()), csv.Skip(1).Select(r => r[importance]));
        Assert.All(csv.SelectMany(r => r), cell => Assert.False(cell.StartsWith('=') || cell.StartsWith('@')));
    }

    private static double Number(JsonElement entry, string fact) => double.Parse(entry.GetProperty(fact).GetString()!, CultureInfo.InvariantCulture);
}
