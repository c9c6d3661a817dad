namespace MlOps.Cli.Sample;

/// <summary>A case that can be made from nothing: its files and its definition.</summary>
/// <param name="Pipeline">Name of its pipeline; the definition is <c>{name}.yaml</c> beside the files.</param>
/// <param name="DefaultRows">Rows of the history when nothing else is asked for.</param>
/// <param name="MinimumRows">Fewest rows of the history.</param>
/// <param name="Write">Writes the files into a folder, by rows of the history and seed.</param>
internal sealed record SampleCase(
    string Pipeline, int DefaultRows, int MinimumRows, Func<string, int, int, CancellationToken, IReadOnlyList<SampleFile>> Write)
{
    /// <summary>A credit portfolio, as CSV.</summary>
    public static SampleCase Credit { get; } = new(CreditDefaultCase.PipelineName, CreditDefaultCase.DefaultRows, CreditDefaultCase.MinimumRows, CreditDefaultCase.Write);

    /// <summary>Drawn leaves, as pictures.</summary>
    public static SampleCase Leaves { get; } = new(LeafCase.PipelineName, LeafCase.DefaultPictures, LeafCase.MinimumPictures, LeafCase.Write);
}
