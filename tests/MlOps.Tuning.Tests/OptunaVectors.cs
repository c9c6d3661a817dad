using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Testing;

namespace MlOps.Tuning.Tests;

/// <summary>The reference values in tests/Fixtures/optuna; its README says what each field means.</summary>
internal static class OptunaVectors
{
    /// <summary>A JSON file of the folder, packed or not.</summary>
    public static JsonObject Read(string name) => JsonNode.Parse(Text(name))!.AsObject();

    /// <summary>Text of a file of the folder, packed or not.</summary>
    public static string Text(string name)
    {
        var path = Shared.Fixture("optuna", name);
        if (File.Exists(path))
        {
            return File.ReadAllText(path);
        }

        using var packed = new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        return reader.ReadToEnd();
    }

    /// <summary>A space as the files write it: name -> range.</summary>
    public static SearchSpace Space(JsonNode node) => new([.. node.AsObject().Select(p => Parameter(p.Key, p.Value!))]);

    /// <summary>A direction as the files write it.</summary>
    public static Direction Direction(JsonNode node) => JsonSerializer.Deserialize<Direction>(node);

    /// <summary>Trials as the files write them.</summary>
    public static List<TrialRecord> Trials(JsonNode node) => [.. node.AsArray().Select(t => new TrialRecord
    {
        Number = (int)t!["number"]!,
        Wave = 0,
        State = Enum.Parse<TrialState>((string)t["state"]!, ignoreCase: true),
        Parameters = new ParameterSet(t["params"]!.AsObject().Select(p => KeyValuePair.Create(p.Key, Value(p.Value!)))),
        Value = (double?)t["value"],
        Intermediate = new SortedDictionary<int, double>((t["intermediate"]?.AsObject() ?? []).ToDictionary(s => int.Parse(s.Key), s => Number(s.Value!))),
    })];

    /// <summary>A parameter's value: number or text.</summary>
    public static ParameterValue Value(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? (string)node! : (double)node;

    /// <summary>A number, or the text "nan".</summary>
    public static double Number(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? double.NaN : (double)node;

    /// <summary>A list of numbers.</summary>
    public static double[] Numbers(JsonNode node) => [.. node.AsArray().Select(n => Number(n!))];

    private static SearchParameter Parameter(string name, JsonNode p) => (string)p["type"]! switch
    {
        "float" => new FloatParameter(name, (double)p["low"]!, (double)p["high"]!, (bool)p["log"]!, (double?)p["step"]),
        "int" => new IntParameter(name, (long)p["low"]!, (long)p["high"]!, (bool)p["log"]!, (long)p["step"]!),
        _ => new CategoricalParameter(name, [.. p["choices"]!.AsArray().Select(c => (string)c!)]),
    };
}
