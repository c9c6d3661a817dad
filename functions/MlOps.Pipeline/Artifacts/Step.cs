using System.Text.Json;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>A step as its runner knows it: an output that was damaged is made again from the request that made it.</summary>
internal interface IStep
{
    /// <summary>Names under which the step's outputs are kept.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Runs the step again from a recorded request.</summary>
    Task RepeatAsync(JsonElement request, CancellationToken cancellation);
}

/// <summary>A step of a run: a pure function of content, whose outputs are kept under the key of its inputs.</summary>
/// <typeparam name="TInput">What the step is asked for; kept beside the outputs.</typeparam>
/// <typeparam name="TResult">What it says of its outputs.</typeparam>
public abstract class Step<TInput, TResult> : IStep
    where TResult : StepResult
{
    private readonly string[] _names;

    private protected Step(params string[] names) => _names = names;

    IReadOnlyList<string> IStep.Names => _names;

    /// <summary>Runs the step unless its outputs are there.</summary>
    /// <param name="input">What it is asked for.</param>
    /// <param name="cancellation">Stops the work.</param>
    public abstract Task<TResult> RunAsync(TInput input, CancellationToken cancellation = default);

    Task IStep.RepeatAsync(JsonElement request, CancellationToken cancellation) =>
        RunAsync(request.Deserialize<TInput>(ArtifactJson.Compact)!, cancellation);
}
