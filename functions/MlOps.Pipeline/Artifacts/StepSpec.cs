using System.Text.Json;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>A step to be run, or found done.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Name">Name of the step.</param>
/// <param name="Version">Version of the step's code.</param>
/// <param name="Scope">What the step is about, such as a period; only for saying which input changed since the last time.</param>
/// <param name="Inputs">Everything that determines the outputs, by name.</param>
/// <param name="Request">The step's input record.</param>
public sealed record StepSpec(
    PipelineName Pipeline, string Name, int Version, string Scope, IReadOnlyDictionary<string, string> Inputs, JsonElement Request)
{
    /// <summary>Content key: the step's name and 32 hexadecimal digits of the SHA-256 over name, version and inputs.</summary>
    public string Key { get; } = Name + "-" + ContentHash.OfJson(
        new object[] { Name, Version, Inputs.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => new[] { i.Key, i.Value }).ToArray() })[..32];
}
