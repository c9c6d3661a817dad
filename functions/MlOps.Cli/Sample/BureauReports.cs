using System.Globalization;

namespace MlOps.Cli.Sample;

/// <summary>
/// The sample's side table: what a bureau reports of the applicants. Each has a discipline that no column of the main table shows. It moves the
/// probability of default, and how late the reports are; so who reads the reports ranks better, up to what <c>truth.json</c> says. There are
/// also reports of after the application, which give the label away: a join that looks into the future would rank better than can be.
/// </summary>
internal sealed class BureauReports : IDisposable
{
    /// <summary>Name of the source, and of its folder.</summary>
    public const string Source = "bureau";

    /// <summary>The column that the main table has beside its own.</summary>
    public const string DateColumn = "APPLICATION_DATE";

    /// <summary>What the definition says of the side table.</summary>
    public const string Definition = """
        time: APPLICATION_DATE
        sources:
          bureau:
            key: SK_ID_CURR
            time: REPORTED
            windows: [180d, all]
            aggregate:
              SK_ID_CURR: [count]
              DAYS_LATE: [mean, max, last]
              STATUS: [share late]

        """;

    // How much a standard deviation of discipline moves the log odds.
    private const double Effect = 0.9;
    private const int MostReports = 9;

    // Streams of the main table's files count from 0.
    private const int OwnStreams = 1000;

    private readonly FileStream _stream;
    private readonly RowWriter _writer;
    private readonly int _seed;
    private readonly int _file;
    private readonly DateOnly _last;
    private readonly int _days;
    private RandomStream _random;
    private double _discipline;
    private double _without;

    /// <summary>Begins the file of a period.</summary>
    /// <param name="path">The file.</param>
    /// <param name="period">The period.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="file">Number of the file in the sample.</param>
    public BureauReports(string path, string period, int seed, int file)
    {
        _stream = File.Create(path);
        _writer = new RowWriter(_stream);
        (_seed, _file) = (seed, file);
        // The history is of eleven months, a period of the month before its day.
        (_last, _days) = period == "initial" ? (new DateOnly(2020, 8, 31), 334) : (DateOnly.ParseExact(period, "yyyyMMdd", CultureInfo.InvariantCulture).AddDays(-1), 28);
        foreach (var column in new[] { "SK_ID_CURR", "REPORTED", "DAYS_LATE", "STATUS", "AMT_DEBT" })
        {
            _writer.Text(column);
        }

        _writer.EndRow();
    }

    /// <summary>The probabilities as they are to who knows the main table alone.</summary>
    public Truth Without { get; } = new();

    /// <summary>Draws the discipline of the next applicant.</summary>
    /// <param name="row">Number of the row in the file.</param>
    /// <param name="probability">Probability of default by the main table.</param>
    /// <returns>The probability with discipline.</returns>
    public double Draw(int row, double probability)
    {
        _random = new RandomStream((ulong)_seed, OwnStreams + _file, row);
        (_discipline, _without) = (_random.Normal(), probability);
        return 1 / (1 + Math.Exp(-(Math.Log(probability / (1 - probability)) + (Effect * _discipline))));
    }

    /// <summary>Writes the reports of the applicant that was drawn.</summary>
    /// <param name="id">Id of the applicant.</param>
    /// <param name="label">Whether they defaulted.</param>
    /// <returns>The day of the application.</returns>
    public string Write(long id, bool label)
    {
        Without.Add(_without, label);
        var applied = _last.AddDays(-_random.Below(_days));
        for (var left = _random.Below(MostReports + 1); left > 0; left--)
        {
            Write(id, applied.AddDays(-1 - _random.Below(540)), Math.Max(0, (int)(8 * (_discipline + (0.8 * _random.Normal())))));
        }

        if (_random.Chance(0.5))
        {
            Write(id, applied.AddDays(_random.Below(60)), label ? 90 : 0);
        }

        return Day(applied);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
    }

    private void Write(long id, DateOnly reported, int late)
    {
        _writer.Whole(id);
        _writer.Text(Day(reported));
        _writer.Whole(late);
        _writer.Text(late > 5 ? "late" : "paid");
        _writer.Amount(_random.Below(2_000_000) / 4.0);
        _writer.EndRow();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
