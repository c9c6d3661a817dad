using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Search;

/// <summary>A query that cannot be read, or that asks for a name which nothing has.</summary>
/// <param name="said">What is wrong, and where.</param>
public sealed class QueryException(Sentence said) : FormatException(said.ToString())
{
    /// <summary>The message as a code with arguments.</summary>
    public Sentence Said { get; } = said;
}
