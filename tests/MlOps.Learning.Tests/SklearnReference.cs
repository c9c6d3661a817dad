using System.IO.Compression;
using System.Text.Json;
using MlOps.Testing;

namespace MlOps.Learning.Tests;

/// <summary>What scikit-learn makes of 400 rows: tests/Fixtures/baselines, with the script that made them.</summary>
internal static class SklearnReference
{
    public static readonly JsonElement Root = Read();

    public static readonly double[][] Columns = Table("columns", Root);

    public static readonly float[] Label = [.. Numbers(Root.GetProperty("label")).Select(v => (float)v)];

    public static IEnumerable<(double C, double[] Probabilities)> Logistic =>
        Root.GetProperty("logistic").EnumerateArray().Select(l => (l.GetProperty("c").GetDouble(), Numbers(l.GetProperty("probabilities"))));

    public static double[][] Table(string property, JsonElement of) => [.. of.GetProperty(property).EnumerateArray().Select(Numbers)];

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];

    private static JsonElement Read()
    {
        using var packed = new GZipStream(File.OpenRead(Shared.Fixture("baselines", "sklearn.json.gz")), CompressionMode.Decompress);
        return JsonDocument.Parse(packed).RootElement;
    }
}
