namespace MlOps.Pipeline.Artifacts;

/// <summary>Names of the files that models are in.</summary>
internal static class ModelFiles
{
    /// <summary>Trees in LightGBM's text format.</summary>
    public const string Text = "model.txt";

    /// <summary>A model of ML.NET, in its zip.</summary>
    public const string Zip = "model.zip";

    /// <summary>The parameter that names a learner of ML.NET; LightGBM has none of this name.</summary>
    public const string Learner = "learner";

    /// <summary>The file of a model that was trained with these parameters.</summary>
    public static string Of(IReadOnlyDictionary<string, string> parameters) => parameters.ContainsKey(Learner) ? Zip : Text;
}
