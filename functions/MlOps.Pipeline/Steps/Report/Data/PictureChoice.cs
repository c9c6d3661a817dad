using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Report.Data;

/// <summary>Which pictures of a period are shown: enough to see what the model takes for what, few enough for one file of less than a megabyte.</summary>
internal sealed class PictureChoice
{
    private const int Wrong = 12;
    private const int Unsure = 12;
    private const int OfAll = 72;
    private const int ClassesMost = 12;

    private readonly ReportData _data;
    private readonly string[] _files;

    private PictureChoice(ReportData data, string[] files) => (_data, _files) = (data, files);

    /// <summary>Chooses.</summary>
    /// <param name="data">Scores and, where they are known, labels of the period.</param>
    /// <param name="files">Name of each row's picture.</param>
    /// <param name="thumbnails">Reads the pictures of those names.</param>
    public static async Task<ReportPictures> OfAsync(ReportData data, string[] files, Func<IReadOnlySet<string>, Task<IReadOnlyDictionary<string, byte[]>>> thumbnails)
    {
        var choice = new PictureChoice(data, files);
        var (wrong, unsure, classes) = (choice.MostWrong(), choice.LeastSure(), choice.Classes());
        var jpegs = await thumbnails(wrong.Concat(unsure).Concat(classes.SelectMany(c => c.Rows)).Select(row => files[row]).ToHashSet(StringComparer.Ordinal));
        IReadOnlyList<ReportPicture> Pictures(IEnumerable<int> rows) => [.. rows.Where(row => jpegs.ContainsKey(files[row])).Select(row => choice.Picture(row, jpegs[files[row]]))];
        return new ReportPictures(Pictures(wrong), Pictures(unsure), [.. classes.Select(c => (c.Class, c.Count, Pictures(c.Rows)))]);
    }

    private bool IsNumber => _data.Task == TaskKind.Regression;

    private double? Label(int row) => _data.DropLabels.Length > row && !double.IsNaN(_data.DropLabels[row]) ? _data.DropLabels[row] : null;

    private ReadOnlySpan<double> Scores(int row) => _data.Scores.AsSpan(row * _data.Width, _data.Width);

    private int Predicted(int row) => _data.Task == TaskKind.Multiclass ? MulticlassMetrics.MostProbable(Scores(row)) : _data.Scores[row] >= _data.Model.Threshold ? 1 : 0;

    /// <summary>Probability of a class.</summary>
    private double Probability(int row, int c) => _data.Task == TaskKind.Multiclass ? Scores(row)[c] : c == 1 ? _data.Scores[row] : 1 - _data.Scores[row];

    // How far from its label: of a number the distance, of a class how improbable the model took it to be.
    private double Error(int row, double label) => IsNumber ? Math.Abs(_data.Scores[row] - label) : 1 - Probability(row, (int)label);

    private int[] MostWrong() =>
    [
        .. Enumerable.Range(0, _data.Rows).Where(row => Label(row) is { } label && (IsNumber || Predicted(row) != (int)label))
            .OrderByDescending(row => Error(row, Label(row)!.Value)).ThenBy(row => _files[row], StringComparer.Ordinal).Take(Wrong),
    ];

    private int[] LeastSure() => IsNumber ? [] : [.. Enumerable.Range(0, _data.Rows).OrderBy(Margin).ThenBy(row => _files[row], StringComparer.Ordinal).Take(Unsure)];

    private double Margin(int row)
    {
        if (_data.Task == TaskKind.Binary)
        {
            return Math.Abs(_data.Scores[row] - _data.Model.Threshold);
        }

        double first = 0, second = 0;
        foreach (var score in Scores(row))
        {
            (first, second) = score > first ? (score, first) : (first, Math.Max(second, score));
        }

        return first - second;
    }

    private List<(string? Class, int Count, int[] Rows)> Classes()
    {
        var rows = Enumerable.Range(0, _data.Rows).ToArray();
        if (IsNumber)
        {
            return [(null, rows.Length, Spread([.. rows.OrderBy(row => _data.Scores[row]).ThenBy(row => _files[row], StringComparer.Ordinal)], OfAll / 2))];
        }

        var groups = rows.GroupBy(Predicted).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(ClassesMost).OrderBy(g => g.Key).ToArray();
        return
        [
            .. groups.Select(g => (
                (string?)Name(g.Key), g.Count(),
                Spread([.. g.OrderByDescending(row => Probability(row, g.Key)).ThenBy(row => _files[row], StringComparer.Ordinal)], OfAll / groups.Length))),
        ];
    }

    // From the first to the last in equal steps.
    private static int[] Spread(int[] ordered, int most) =>
        ordered.Length <= most ? ordered : [.. Enumerable.Range(0, most).Select(i => ordered[(int)((long)i * (ordered.Length - 1) / (most - 1))])];

    private string Name(int c) => c < _data.Classes.Count ? _data.Classes[c] : c.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private ReportPicture Picture(int row, byte[] jpeg)
    {
        if (IsNumber)
        {
            return new ReportPicture(_files[row], jpeg, _data.Scores[row], null, Label(row) is { } number ? Html.Figures.Number(number) : null, IsWrong: false);
        }

        var predicted = Predicted(row);
        var label = Label(row) is { } known ? (int?)known : null;
        return new ReportPicture(_files[row], jpeg, Probability(row, predicted), Name(predicted), label is { } c ? Name(c) : null, label is { } other && other != predicted);
    }
}
