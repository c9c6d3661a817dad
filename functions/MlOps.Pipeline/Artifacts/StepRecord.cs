using System.Text.Json;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>One output of a step.</summary>
/// <param name="Name">File name under the step's folder.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of the bytes.</param>
public sealed record StepOutput(string Name, long Length, string Sha256);

/// <summary>What is committed last, as <c>step.json</c>: the step is done if and only if this exists.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Version">Version of the step's code, raised whenever its outputs change for the same inputs.</param>
/// <param name="Key">Content key.</param>
/// <param name="Inputs">Everything that the key was made from, by name: parts of the definition, hashes of inputs.</param>
/// <param name="Outputs">Outputs, ordered by name.</param>
/// <param name="Request">The step's input record, with which a damaged output can be made again.</param>
/// <param name="Result">The step's result record.</param>
public sealed record StepRecord(
    string Name,
    int Version,
    string Key,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyList<StepOutput> Outputs,
    JsonElement Request,
    JsonElement Result)
{
    /// <summary>The result record.</summary>
    /// <typeparam name="TResult">The step's result type.</typeparam>
    public TResult ResultOf<TResult>() => Result.Deserialize<TResult>(ArtifactJson.Compact)!;

    /// <summary>An output by name.</summary>
    /// <param name="name">File name.</param>
    /// <exception cref="InvalidDataException">The step has no such output.</exception>
    public StepOutput Output(string name) =>
        Outputs.FirstOrDefault(o => o.Name == name)
        ?? throw new InvalidDataException($"Step {Key} has no output '{name}', only {string.Join(", ", Outputs.Select(o => o.Name))}.");
}
