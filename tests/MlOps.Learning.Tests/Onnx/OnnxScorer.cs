using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MlOps.Learning.Tests.Onnx;

/// <summary>Scores rows as a stranger would: OnnxRuntime, a model's bytes, and the columns by their names.</summary>
internal sealed class OnnxScorer : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxScorer(byte[] model) => _session = new InferenceSession(model);

    public IReadOnlyList<string> Inputs => _session.InputNames;

    public bool IsText(string input) => _session.InputMetadata[input].ElementType == typeof(string);

    /// <summary>The values of an output, row by row.</summary>
    public T[] Run<T>(IReadOnlyDictionary<string, Array> columns, string output)
    {
        NamedOnnxValue[] inputs = [.. columns.Select(c => c.Value is string[] texts
            ? NamedOnnxValue.CreateFromTensor(c.Key, new DenseTensor<string>(texts, [texts.Length, 1]))
            : NamedOnnxValue.CreateFromTensor(c.Key, new DenseTensor<double>((double[])c.Value, [c.Value.Length, 1])))];
        using var results = _session.Run(inputs, [output]);
        return [.. results[0].AsTensor<T>()];
    }

    public void Dispose() => _session.Dispose();
}
