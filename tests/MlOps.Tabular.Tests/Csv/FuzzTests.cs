using MlOps.Benchmarks.Csv;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>A short run of the fuzzer; the long one is <c>dotnet run --project tests/MlOps.Benchmarks -c Release -- csv-fuzz</c>.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Twenty_thousand_random_and_mutated_files_are_read_or_refused()
    {
        var outcome = CsvFuzz.Fuzz(20_000, seed: 7);
        Assert.Null(outcome.Failure);
        Assert.True(outcome.Read > 1000 && outcome.Refused > 1000, $"{outcome.Read} read, {outcome.Refused} refused");
    }
}
