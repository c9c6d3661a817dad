using System.Text.Json;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Artifacts;

/// <summary>What the steps may use of the machine.</summary>
/// <param name="Threads">Threads for reading, training and predicting; results do not depend on it. 0 for all processors.</param>
public sealed record StepOptions(int Threads = 0)
{
    /// <summary>Language of reports whose definition names none: <c>en</c> or <c>ja</c>.</summary>
    public string Language { get; init; } = Sentences.English;

    internal int EffectiveThreads => Threads > 0 ? Threads : Environment.ProcessorCount;
}

/// <summary>What every step works with.</summary>
internal sealed record StepContext(StorageAccount Account, StepRunner Runner, DefinitionStore Definitions, StepOptions Options)
{
    // Trials of a wave come all at once, and those of several runs: more trainings than threads would only take turns, each with its data in memory.
    private readonly SemaphoreSlim _trainings = new(Options.EffectiveThreads);

    /// <summary>Waits until the machine has room for one more training; <see cref="SemaphoreSlim.Release()"/> gives it back.</summary>
    public async Task<SemaphoreSlim> EnterTrainingAsync(CancellationToken cancellation)
    {
        await _trainings.WaitAsync(cancellation);
        return _trainings;
    }

    /// <summary>A record as it is kept with a step. The run's id is not part of what determines a step.</summary>
    public static JsonElement Request<T>(T input) => JsonSerializer.SerializeToElement(input, ArtifactJson.Compact);

    /// <summary>A value as an input of a step's key.</summary>
    public static string Part<T>(T value) => JsonSerializer.Serialize(value, ArtifactJson.Compact);

    public async Task<Table> OpenTableAsync(PipelineName pipeline, string key, string output, CancellationToken cancellation)
    {
        await using var stream = await Runner.OpenAsync(pipeline, key, output, cancellation);
        return Table.Load(stream);
    }

    public async Task<T> OpenJsonAsync<T>(PipelineName pipeline, string key, string output, CancellationToken cancellation)
    {
        await using var stream = await Runner.OpenAsync(pipeline, key, output, cancellation);
        return (await JsonSerializer.DeserializeAsync<T>(stream, ArtifactJson.Compact, cancellation))!;
    }

    public async Task<string> HashAsync(PipelineName pipeline, string key, string output, CancellationToken cancellation) =>
        (await Runner.ReadRecordAsync(pipeline, key, cancellation)).Output(output).Sha256;

    public static int[] AllRows(int count)
    {
        var rows = new int[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = i;
        }

        return rows;
    }
}
