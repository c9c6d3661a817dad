namespace MlOps.Pipeline.Definitions;

/// <summary>What a pipeline's files hold.</summary>
public enum PipelineKind
{
    /// <summary>Rows, in CSV files.</summary>
    Table,

    /// <summary>Pictures, in zip files.</summary>
    Image,
}
