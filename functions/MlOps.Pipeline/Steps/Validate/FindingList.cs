using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Collects findings: all are counted, the first so many are kept.</summary>
internal sealed class FindingList
{
    // A file of a million bad cells must not become a list of a million findings in memory.
    public const int Kept = 10_000;

    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    public long Count { get; private set; }

    public void Add(Finding finding)
    {
        Count++;
        if (_findings.Count < Kept)
        {
            _findings.Add(finding with { Text = Shorten(finding.Text, 200) });
        }
    }

    /// <summary>Puts what sums up the others before them.</summary>
    public void AddFirst(Finding finding)
    {
        Count++;
        _findings.Insert(0, finding);
    }

    public void Add(string code, string message, string? columnName = null, int column = 0, long line = 0, string? text = null) =>
        Add(new Finding(code, line, column, columnName, message, text));

    /// <summary>Adds what a sentence says.</summary>
    public void Add(Sentence said, string? columnName = null, int column = 0, long line = 0, string? text = null, string? code = null) =>
        Add(Finding.Of(said, columnName, column, line, text, code));

    /// <summary>Counts errors that were not kept where they were found.</summary>
    public void AddUncounted(long count) => Count += count;

    public static string? Shorten(string? text, int length) => text is null || text.Length <= length ? text : text[..length] + "…";
}
