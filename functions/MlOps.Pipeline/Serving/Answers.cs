using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>Answers to the rows of a request, in their order, each by one of two models.</summary>
public sealed class Answers
{
    private const string VersionColumn = "MODEL_VERSION";

    private readonly ScoredRows _first;
    private readonly ScoredRows? _second;
    private readonly bool[] _isSeconds;

    /// <summary>Puts them together.</summary>
    /// <param name="first">Answers of the model that the request names.</param>
    /// <param name="second">Answers to the same rows by another; <see langword="null"/> where one model answers all.</param>
    /// <param name="isSeconds">For each row whether the other's answer counts.</param>
    internal Answers(ScoredRows first, ScoredRows? second, bool[] isSeconds)
    {
        _first = first;
        _second = second;
        _isSeconds = isSeconds;
    }

    /// <summary>The version that answered; where two did, the champion.</summary>
    public ModelVersion Model => _first.Model;

    /// <summary>Every version that answered a row.</summary>
    public IReadOnlyList<string> Versions => _second is null ? [Model.Version] : [Model.Version, _second.Model.Version];

    /// <summary>Number of rows.</summary>
    public int Count => _first.Count;

    /// <summary>Scores a row: the number of classes, or 1.</summary>
    public int Width => _first.Width;

    /// <summary>What was odd about the rows.</summary>
    public IReadOnlyList<Finding> Warnings => _first.Warnings;

    /// <summary>A row's answer.</summary>
    /// <param name="row">Row, from 0.</param>
    public ScoredRow this[int row] => Of(row)[row];

    /// <summary>A row's scores: the probability of the positive class, or of each class in order, or the value.</summary>
    /// <param name="row">Row, from 0.</param>
    public ReadOnlySpan<double> Scores(int row) => Of(row).Scores.Slice(row * Width, Width);

    /// <summary>Writes the answers as the prediction file of these rows; where two models answered, a last column names the version.</summary>
    /// <param name="stream">Receives UTF-8.</param>
    public void WriteCsv(Stream stream)
    {
        if (_second is null)
        {
            _first.WriteCsv(stream);
            return;
        }

        using var writer = new CsvWriter(stream, new CsvWriteOptions { GuardFormulas = false });
        using var rows = Records(_first).GetEnumerator();
        using var others = Records(_second).GetEnumerator();
        for (var row = -1; rows.MoveNext() && others.MoveNext(); row++)
        {
            foreach (var cell in row >= 0 && _isSeconds[row] ? others.Current : rows.Current)
            {
                writer.Write(cell);
            }

            writer.Write(row < 0 ? VersionColumn : Of(row).Model.Version);
            writer.EndRecord();
        }
    }

    private static IEnumerable<string[]> Records(ScoredRows answers)
    {
        using var file = new MemoryStream();
        answers.WriteCsv(file);
        return [.. CsvFile.ReadRecords(new MemoryStream(file.ToArray()), new CsvReadOptions { Delimiter = ',', Encoding = "utf-8" })];
    }

    private ScoredRows Of(int row) => _second is not null && _isSeconds[row] ? _second : _first;
}
