using System.Globalization;
using MlOps.Learning.Learners;
using MlOps.Learning.Onnx;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Register;

/// <summary>A model version's whole scoring as an ONNX model.</summary>
/// <param name="Bytes">The model.</param>
/// <param name="Inputs">Names of the inputs: columns of the file.</param>
/// <param name="Outputs">Names of the outputs.</param>
public sealed record OnnxModel(byte[] Bytes, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>Writes a model version's whole scoring as ONNX: from the columns of the file by the transform and the learned model to scores and classes.</summary>
internal static class OnnxScoring
{
    /// <summary>Name of the file in a version's folder.</summary>
    public const string FileName = "model.onnx";

    /// <summary>Makes the model; the same version gives the same bytes.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">What is known of the version.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="transform">Its transform.</param>
    /// <param name="model">Its learned model.</param>
    /// <exception cref="StepRefusedException">Something of it has no form in ONNX; says what and why.</exception>
    public static OnnxModel Make(string pipeline, ModelVersion version, PipelineDefinition definition, Transform transform, LearnedModel model)
    {
        try
        {
            return Build(pipeline, version, definition, transform, model);
        }
        catch (OnnxException e)
        {
            throw new StepRefusedException(Sentence.Of("onnx-refused", ("version", version.Version), ("problem", e.Message)));
        }
    }

    private static OnnxModel Build(string pipeline, ModelVersion version, PipelineDefinition definition, Transform transform, LearnedModel model)
    {
        var graph = new OnnxGraph(pipeline);
        var scores = model.AddTo(graph, TransformNodes.AddTo(transform, graph, definition.Csv));
        switch (definition.Task)
        {
            case TaskKind.Regression:
                graph.Output("prediction", scores, OnnxElement.Double, 1, "The value.");
                break;
            case TaskKind.Binary:
                var (negative, positive) = PredictionFile.BinaryClasses(version.Classes);
                var isPositive = graph.Add("GreaterOrEqual", scores, graph.Constant(version.Threshold));
                graph.Output("probability", scores, OnnxElement.Double, 1, $"Probability of {positive}.");
                graph.Output("prediction", graph.Add("Where", isPositive, graph.Constant(OnnxTensors.Of([positive])), graph.Constant(OnnxTensors.Of([negative]))), OnnxElement.Text, 1, "The class as the label writes it.");
                break;
            default:
                // The first of several that are most probable, as everywhere.
                var best = graph.AddWith("ArgMax", [OnnxGraph.Attribute("axis", 1)], scores);
                graph.Output("probabilities", scores, OnnxElement.Double, version.Classes.Count, $"Probability of each class: {string.Join(", ", version.Classes)}.");
                graph.Output("prediction", graph.Add("Gather", graph.Constant(OnnxTensors.Of(version.Classes, version.Classes.Count)), best), OnnxElement.Text, 1, "The most probable class.");
                break;
        }

        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["definition_sha256"] = version.DefinitionHash,
            ["model_sha256"] = version.ModelSha256,
            ["pipeline"] = pipeline,
            ["task"] = definition.Task.ToString().ToLowerInvariant(),
            ["transform_sha256"] = version.TransformSha256,
            ["version"] = version.Version,
        };
        if (definition.Task == TaskKind.Binary)
        {
            facts["threshold"] = version.Threshold.ToString("R", CultureInfo.InvariantCulture);
        }

        var bytes = graph.ToBytes(
            $"Model {version.Version} of the pipeline {pipeline}: from the columns of its file to scores. Every input has the rows one below the other, one column wide.", facts);
        return new OnnxModel(bytes, graph.Inputs, graph.Outputs);
    }
}
