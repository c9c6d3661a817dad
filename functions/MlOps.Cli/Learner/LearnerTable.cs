using System.Globalization;
using MlOps.Boosting.Settings;
using MlOps.Boosting;
using MlOps.Cli.Terminal;
using MlOps.Tabular;

namespace MlOps.Cli.Learner;

/// <summary>
/// A CSV as the learner needs it: features, label, weight, query groups. Columns are named by position or "name:" as
/// LightGBM's command line does: positions of weight, group, ignored and categorical columns do not count the label.
/// </summary>
internal sealed record LearnerTable(
    double[][] Columns, string[] Names, float[]? Label, float[]? Weight, int[]? Group, double[]? InitScore, int[] Categorical)
{
    public int Rows => Columns.Length > 0 ? Columns[0].Length : Label?.Length ?? 0;

    /// <summary>Reads a training or validation file.</summary>
    public static LearnerTable Read(string path, Parameters parameters, CancellationToken cancellation)
    {
        (Table table, bool hasNames) = Load(path, parameters, cancellation);
        int label = Position(parameters, "label_column", table, -1, otherwise: 0);
        int[] others = [.. Enumerable.Range(0, table.Columns.Count).Where(i => i != label)];
        int weight = Position(parameters, "weight_column", table, label, otherwise: -1);
        int group = Position(parameters, "group_column", table, label, otherwise: -1);
        int[] ignored = Positions(parameters, "ignore_column", table, label);
        int[] features = [.. others.Where(i => i != weight && i != group && !ignored.Contains(i))];
        int[] categorical = [.. Positions(parameters, "categorical_feature", table, label).Select(i => Array.IndexOf(features, i)).Where(i => i >= 0)];
        return new LearnerTable(
            [.. features.Select(i => Numbers(path, table, i, isFeature: true))],
            [.. features.Select(i => hasNames ? table.Columns[i].Name : $"Column_{Array.IndexOf(others, i)}")],
            [.. Usable(path, table, label, "label", double.NegativeInfinity).Select(y => (float)y)],
            weight >= 0 ? [.. Usable(path, table, weight, "weight", 0).Select(w => (float)w)] : Side(path, ".weight")?.Select(w => (float)w).ToArray(),
            group >= 0 ? Groups(Numbers(path, table, group, isFeature: false)) : Side(path, ".query")?.Select(n => (int)n).ToArray(),
            Side(path, ".init"),
            categorical);
    }

    /// <summary>Reads a file to be scored: the model's features by name, or by position where there are no names.</summary>
    public static double[][] ReadForScoring(string path, Parameters parameters, Booster booster, CancellationToken cancellation)
    {
        (Table table, bool hasNames) = Load(path, parameters, cancellation);
        int[]? byName = hasNames ? ByName(table, booster) : null;
        if (byName is not null)
        {
            return [.. byName.Select(i => Numbers(path, table, i, isFeature: true))];
        }

        int[] positions = [.. Enumerable.Range(0, table.Columns.Count)];
        if (positions.Length == booster.FeatureCount + 1)
        {
            int label = Position(parameters, "label_column", table, -1, otherwise: 0);
            positions = [.. positions.Where(i => i != label)];
        }

        if (positions.Length != booster.FeatureCount)
        {
            string missing = booster.FeatureNames.FirstOrDefault(name => table.Find(name) is null) ?? booster.FeatureNames[0];
            throw new CommandException($"{path} has {table.Columns.Count} columns, but the model has {booster.FeatureCount} features; the first one not found by name is '{missing}'.");
        }

        return [.. positions.Select(i => Numbers(path, table, i, isFeature: true))];
    }

    private static int[]? ByName(Table table, Booster booster)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < table.Columns.Count; i++)
        {
            positions.TryAdd(table.Columns[i].Name, i);
            positions.TryAdd(new string([.. table.Columns[i].Name.Select(c => char.IsWhiteSpace(c) || "\",:[]{}".Contains(c) ? '_' : c)]), i);
        }

        var found = new int[booster.FeatureCount];
        for (int i = 0; i < found.Length; i++)
        {
            if (!positions.TryGetValue(booster.FeatureNames[i], out found[i]))
            {
                return null;
            }
        }

        return found;
    }

    private static (Table Table, bool HasNames) Load(string path, Parameters parameters, CancellationToken cancellation)
    {
        bool header = parameters.IsGiven("header")
            ? parameters.Text("header").ToLowerInvariant() is "true" or "1" or "+"
            : HasHeader(path);
        using FileStream stream = File.OpenRead(path);
        var options = new CsvReadOptions { HasHeader = header };
        if (parameters.NumThreads > 0)
        {
            options = options with { Threads = parameters.NumThreads };
        }

        CsvTable read = CsvFile.ReadTable(stream, options, cancellation);
        if (read.ErrorCount > 0)
        {
            string lines = string.Concat(read.Errors.Take(10).Select(error => $"{Environment.NewLine}  {error}"));
            throw new CommandException($"{path} has {read.ErrorCount} {(read.ErrorCount == 1 ? "row" : "rows")} that cannot be used:{lines}");
        }

        if (read.Table.RowCount == 0)
        {
            throw new CommandException($"{path} has no rows.");
        }

        return (read.Table, header);
    }

    // A first record with a cell that is no number can only be a header.
    private static bool HasHeader(string path)
    {
        using FileStream stream = File.OpenRead(path);
        string[]? first = CsvFile.ReadRecords(stream, new CsvReadOptions { HasHeader = false }).FirstOrDefault();
        return first is not null && first.Any(cell =>
            cell.Length > 0
            && !CsvReadOptions.DefaultMissingMarkers.Contains(cell)
            && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }

    private static double[] Numbers(string path, Table table, int column, bool isFeature) => table.Columns[column] switch
    {
        NumberColumn numbers => numbers.Values,
        TextColumn text when text.MissingCount == text.RowCount => Enumerable.Repeat(double.NaN, text.RowCount).ToArray(),
        Column other => throw new CommandException(
            $"{path}: column '{other.Name}' holds text ('{FirstText(other)}', line {table.LineNumbers[FirstRow(other)]}); {(isFeature ? "features must be numbers: give categories numbers, or leave the column out with ignore_column" : "it must hold numbers")}."),
    };

    // Labels and weights must be there in every row; said with the line that an editor shows.
    private static double[] Usable(string path, Table table, int column, string role, double least)
    {
        double[] values = Numbers(path, table, column, isFeature: false);
        int row = Array.FindIndex(values, v => !(double.IsFinite(v) && v >= least));
        return row < 0 ? values : throw new CommandException(double.IsNaN(values[row])
            ? $"{path} line {table.LineNumbers[row]}: the {role} '{table.Columns[column].Name}' is missing. Fill it, or remove the row."
            : string.Create(CultureInfo.InvariantCulture, $"{path} line {table.LineNumbers[row]}: the {role} '{table.Columns[column].Name}' is {values[row]}; it must be a finite number{(least == 0 ? " of at least 0" : "")}."));
    }

    private static int FirstRow(Column column)
    {
        int row = 0;
        while (row < column.RowCount - 1 && (column.IsMissing(row) || double.TryParse(column.Text(row), NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            row++;
        }

        return row;
    }

    private static string? FirstText(Column column) => column.Text(FirstRow(column));

    private static int Position(Parameters parameters, string name, Table table, int label, int otherwise)
    {
        int[] positions = Positions(parameters, name, table, label);
        return positions.Length switch
        {
            0 => otherwise,
            1 => positions[0],
            _ => throw new CommandException($"{name}={parameters.Text(name)}: one column is expected.", ExitCode.WrongUsage),
        };
    }

    private static int[] Positions(Parameters parameters, string name, Table table, int label)
    {
        string text = parameters.Text(name).Trim('[', ']', ' ');
        bool byName = text.StartsWith("name:", StringComparison.Ordinal);
        var positions = new List<int>();
        foreach (string item in (byName ? text[5..] : text).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int position = byName ? FindByName(table, item) : int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : -1;
            if (!byName && position >= 0 && label >= 0 && position >= label)
            {
                position++; // positions do not count the label
            }

            if (position < 0 || position >= table.Columns.Count)
            {
                throw new CommandException($"{name}={text}: there is no column '{item}'. Columns are {string.Join(", ", table.Columns.Take(8).Select(column => column.Name))}{(table.Columns.Count > 8 ? ", …" : string.Empty)}.", ExitCode.WrongUsage);
            }

            positions.Add(position);
        }

        return [.. positions];
    }

    private static int FindByName(Table table, string name)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    // Consecutive rows with the same query id are one query.
    private static int[] Groups(double[] ids)
    {
        var sizes = new List<int>();
        for (int i = 0; i < ids.Length; i++)
        {
            if (i > 0 && ids[i].Equals(ids[i - 1]))
            {
                sizes[^1]++;
            }
            else
            {
                sizes.Add(1);
            }
        }

        return [.. sizes];
    }

    // LightGBM reads weights, query sizes and start scores from files beside the data, one number a line.
    private static double[]? Side(string path, string extension)
    {
        string file = path + extension;
        if (!File.Exists(file))
        {
            return null;
        }

        string[] lines = [.. File.ReadAllLines(file).Where(line => line.Trim().Length > 0)];
        var numbers = new double[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            if (!double.TryParse(lines[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw new CommandException($"{file} line {i + 1}: '{lines[i]}' is not a number.");
            }
        }

        return numbers;
    }
}
