using System.Text.Json;
using MlOps.Testing;

namespace MlOps.Evaluation.Tests.Metrics;

/// <summary>Reference values under tests/Fixtures/metrics: inputs and expected values by case.</summary>
internal static class VectorFile
{
    // The reference's two computations agree to 1e-15; 1e-12 leaves room for another order of summation.
    private const double Tolerance = 1e-12;

    public static JsonElement Case(string file, string name) => Cases(file).First(c => c.GetProperty("name").GetString() == name);

    public static IEnumerable<string> Names(string file) => Cases(file).Select(c => c.GetProperty("name").GetString()!);

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(Value)];

    public static double Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String => element.GetString() == "-inf" ? double.NegativeInfinity : double.PositiveInfinity,
        _ => double.NaN,
    };

    /// <summary>Compares where the case has the value; null means undefined, which is NaN here.</summary>
    public static void Check(JsonElement expected, string name, double actual, double tolerance = Tolerance)
    {
        if (expected.TryGetProperty(name, out var value))
        {
            Near(Value(value), actual, name, tolerance);
        }
    }

    public static void Near(double expected, double actual, string what, double tolerance = Tolerance) => Assert.True(
        expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
        $"{what}: expected {expected:R}, got {actual:R}");

    private static IEnumerable<JsonElement> Cases(string file) =>
        JsonDocument.Parse(File.ReadAllText(Shared.Fixture("metrics", file))).RootElement.GetProperty("cases").EnumerateArray();
}
