using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Boosting;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>
/// The files that make a version's folder an MLflow model with the flavours <c>lightgbm</c> and <c>python_function</c>: MLflow loads it
/// with <c>mlflow.lightgbm.load_model</c>. It takes the features of <c>transform.json</c>, not the columns of the file. Where the definition asks for it the
/// whole scoring lies beside it with the flavour <c>onnx</c>, for <c>mlflow.onnx.load_model</c>, which takes the columns of the file.
/// Format: https://mlflow.org/docs/latest/ml/model/ (storage format, signature).
/// </summary>
internal static class MlflowLayout
{
    /// <summary>Name of the model's file, as MLflow's LightGBM flavour writes it.</summary>
    public const string Model = "model.lgb";

    // The versions whose reader the files are written for; MLflow warns where it is older than the one a model was written with.
    private const string MlflowVersion = "2.14.0";
    private const string LightGbmVersion = "4.6.0";
    private const string OnnxVersion = "1.17.0";
    private const string PythonVersion = "3.12.3";

    /// <summary>Every file but the model's own, by name.</summary>
    /// <param name="booster">The model.</param>
    /// <param name="version">Version in the registry.</param>
    /// <param name="runId">Run that trained it.</param>
    /// <param name="sha256">SHA-256 of the model and its transform, of which the uuid is made.</param>
    /// <param name="created">When it was registered.</param>
    /// <param name="metadata">What MLflow is to show of the model, as JSON; <see langword="null"/> for nothing.</param>
    /// <param name="onnx">The file of the whole scoring as ONNX; <see langword="null"/> where there is none.</param>
    public static IReadOnlyDictionary<string, string> Files(Booster booster, string version, string runId, string sha256, DateTimeOffset created, string? metadata = null, string? onnx = null) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["MLmodel"] = Describe(booster, version, runId, sha256, created, metadata, onnx),
        ["conda.yaml"] = $"""
            channels:
            - conda-forge
            dependencies:
            - python={PythonVersion}
            - pip
            - pip:
              - mlflow>={MlflowVersion}
              - lightgbm=={LightGbmVersion}
            name: mlflow-env

            """.ReplaceLineEndings("\n"),
        ["python_env.yaml"] = $"""
            python: {PythonVersion}
            build_dependencies:
            - pip
            - setuptools
            - wheel
            dependencies:
            - -r requirements.txt

            """.ReplaceLineEndings("\n"),
        ["requirements.txt"] = $"mlflow>={MlflowVersion}\nlightgbm=={LightGbmVersion}\n",
    };

    private static string Describe(Booster booster, string version, string runId, string sha256, DateTimeOffset created, string? metadata, string? onnx)
    {
        var inputs = JsonSerializer.Serialize(booster.FeatureNames.Select(name => new { type = "double", name, required = true }), ArtifactJson.Compact);
        int[] shape = booster.NumberOfClasses == 1 ? [-1] : [-1, booster.NumberOfClasses];
        var outputs = """[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [""" + string.Join(", ", shape) + "]}}]";
        return new StringBuilder()
            .Append("artifact_path: ").Append(Quoted("models/" + version)).Append('\n')
            .Append("flavors:\n")
            .Append("  lightgbm:\n")
            .Append("    code: null\n")
            .Append("    data: ").Append(Model).Append('\n')
            .Append("    lgb_version: ").Append(LightGbmVersion).Append('\n')
            .Append("    model_class: lightgbm.basic.Booster\n")
            .Append(onnx is null ? "" : $"  onnx:\n    code: null\n    data: {onnx}\n    onnx_version: {OnnxVersion}\n    providers:\n    - CPUExecutionProvider\n")
            .Append("  python_function:\n")
            .Append("    data: ").Append(Model).Append('\n')
            .Append("    env:\n")
            .Append("      conda: conda.yaml\n")
            .Append("      virtualenv: python_env.yaml\n")
            .Append("    loader_module: mlflow.lightgbm\n")
            .Append("    python_version: ").Append(PythonVersion).Append('\n')
            // JSON is YAML.
            .Append(metadata is null ? "" : $"metadata: {metadata}\n")
            .Append("mlflow_version: ").Append(MlflowVersion).Append('\n')
            .Append("model_uuid: ").Append(sha256[..32]).Append('\n')
            .Append("run_id: ").Append(Quoted(runId)).Append('\n')
            .Append("signature:\n")
            .Append("  inputs: ").Append(Quoted(inputs)).Append('\n')
            .Append("  outputs: ").Append(Quoted(outputs)).Append('\n')
            .Append("  params: null\n")
            .Append("utc_time_created: ").Append(Quoted(created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture))).Append('\n')
            .ToString();
    }

    // In single quotes YAML knows one escape; control characters of a column's name are written as JSON writes them.
    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
