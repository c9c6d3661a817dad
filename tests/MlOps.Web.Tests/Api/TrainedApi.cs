using System.Globalization;
using System.Text;
using MlOps.Tabular;
using MlOps.Testing;
using MlOps.Web.Runs;

namespace MlOps.Web.Tests.Api;

/// <summary>A pipeline with a history, two predicted periods and so two models; shared by tests that only look, or put back what they change.</summary>
public sealed class TrainedApi(AzuriteFixture azurite) : IAsyncLifetime
{
    public const string Pipeline = "credit";
    public const string Hostile = "<img src=x onerror=alert(1)>";

    private const string Definition = $"""
        label: TARGET
        id: ID
        model:
          num_iterations: 20
          num_leaves: 7
          learning_rate: 0.2
          min_data_in_leaf: 10
        output:
          reasons: 3
          format: [csv, parquet]
        feature_store:
          online: true
          keep: 30d
        describe:
          INCOME:
            meaning: What comes in a year, <b>before</b> taxes
            unit: kEUR
        """;

    private static readonly string[] Contracts = ["Cash loans", "\"Consumer, other\"", "<script>alert(1)</script>", "現金", "NA", ""];

    internal ApiSystem System { get; private set; } = null!;

    public byte[] October { get; } = File("20201001", 300);

    public byte[] November { get; } = File("20201101", 10_000, unseen: true);

    public async ValueTask InitializeAsync()
    {
        System = await ApiSystem.StartAsync(azurite);
        await System.DefineAsync(Pipeline, Definition);
        await System.SendAsync(HttpMethod.Put, $"/api/pipelines/{Pipeline}/drops/initial.csv", ApiSystem.Csv(File("initial", 600)), 202);
        await System.SendAsync(HttpMethod.Put, $"/api/pipelines/{Pipeline}/drops/20201001.csv", ApiSystem.Csv(October), 202);
        await System.SendAsync(HttpMethod.Put, $"/api/pipelines/{Pipeline}/drops/20201101.csv", ApiSystem.Csv(November), 202);
        var standings = await System.SettledAsync(Pipeline);
        Assert.All(standings, s => Assert.True(s.Standing == Standing.Done, $"{s.Period} {s.State}: {s.Reason}"));
    }

    public async ValueTask DisposeAsync() => await System.DisposeAsync();

    /// <summary>Rows of a file as JSON has them, all cells as texts.</summary>
    public static List<Dictionary<string, object?>> Records(byte[] csv)
    {
        var records = CsvFile.ReadRecords(new MemoryStream(csv)).ToArray();
        return [.. records.Skip(1).Select(r => records[0].Zip(r).ToDictionary(cell => cell.First, cell => (object?)cell.Second))];
    }

    /// <summary>A file with a text column of awkward categories, holes, and a column whose name is markup.</summary>
    private static byte[] File(string period, int rows, bool unseen = false)
    {
        var random = new Random(period.Sum(c => c));
        var text = new StringBuilder($"ID,TARGET,INCOME,DEBT,AGE,CONTRACT,{Hostile}\n");
        for (var row = 0; row < rows; row++)
        {
            var (income, debt, age) = (random.Next(20, 200), random.Next(0, 100), random.Next(18, 80));
            var contract = random.Next(Contracts.Length);
            var extra = random.NextDouble();
            var risk = (0.04 * debt) - (0.02 * income) + (contract == 1 ? 1 : 0) - (2 * extra);
            var label = random.NextDouble() < 1 / (1 + Math.Exp(-risk)) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{period}-{row},{label},{income},{debt},{(random.Next(10) == 0 ? "" : age)},")
                .Append(unseen && row % 50 == 0 ? "never seen" : Contracts[contract])
                .Append(CultureInfo.InvariantCulture, $",{extra:R}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>Tests on <see cref="TrainedApi"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class TrainedApiCollection : ICollectionFixture<TrainedApi>
{
    public const string Name = "a trained pipeline behind the API";
}
