using System.Text.Json;
using System.Text.Json.Serialization;
using MlOps.Learning.Learners;

namespace MlOps.Learning.MlNet;

/// <summary>What ML.NET's zip does not say of a model: the entry <c>mlops.json</c>, which ML.NET passes over.</summary>
/// <param name="Version">Version of this format.</param>
/// <param name="Learner">Name of the learner.</param>
/// <param name="Task">What it learned.</param>
/// <param name="Outputs">Scores of a row.</param>
/// <param name="Features">Names of the features, in order.</param>
/// <param name="Seed">Seed that it was made with.</param>
/// <param name="Means">What stands for a missing value before ML.NET sees a row, by feature; <see langword="null"/> where missing values stay.</param>
/// <param name="Scales">What the distance from the mean is divided by; <see langword="null"/> where features keep their scale.</param>
/// <param name="Importance">Mean absolute contribution of each feature over the rows of the fit, where the model explains rows.</param>
internal sealed record MlNetManifest(
    int Version, string Learner, LearningTask Task, int Outputs, IReadOnlyList<string> Features, int Seed,
    IReadOnlyList<double>? Means, IReadOnlyList<double>? Scales, IReadOnlyList<double>? Importance)
{
    public const int Format = 1;
    public const string Entry = "mlops.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<LearningTask>(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static MlNetManifest Read(Stream stream)
    {
        var manifest = JsonSerializer.Deserialize<MlNetManifest>(stream, Json) ?? throw new InvalidDataException($"{Entry} is empty.");
        return manifest.Version == Format
            ? manifest
            : throw new InvalidDataException($"This model has format {manifest.Version}; this program reads format {Format}.");
    }
}
