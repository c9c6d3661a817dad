using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Testing;

namespace MlOps.Boosting.Tests.Vectors;

/// <summary>A table of one of the reference cases: label first, then features, a weight last where there is one.</summary>
public sealed record VectorTable(string[] FeatureNames, double[][] Columns, float[] Label, float[]? Weight);

/// <summary>
/// One reference case that LightGBM itself computed: data, parameters, model, predictions. Synthetic cases lie under
/// tests/Fixtures/lightgbm; those on third-party data are read from ../shared.
/// </summary>
public sealed class VectorCase
{
    private readonly string _folder;
    private readonly string _dataFolder;

    private VectorCase(string name, string data, bool hasWeight)
    {
        Name = name;
        HasWeight = hasWeight;
        _folder = Folder(name);
        _dataFolder = Folder(data);
        JsonElement json = JsonDocument.Parse(Read(_folder, "params.json")).RootElement;
        Parameters = MlOps.Boosting.Settings.Parameters.Parse(json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Text(p.Value))));
    }

    public static IReadOnlyList<string> Names { get; } =
    [
        "c01_regression_l2", "c02_binary", "c02b_binary_colwise", "c02c_no_boost_from_average", "c03_binary_nan",
        "c03b_use_missing_false", "c04_zero_as_missing", "c05_regularised", "c05b_max_delta_step", "c05c_path_smooth",
        "c06a_cat_onehot", "c06b_cat_sorted", "c06c_cat_missing_unseen", "c07a_scale_pos_weight", "c07b_is_unbalance",
        "c08_early_stopping", "c09_depth_bins", "c10_ties", "c10b_min_data_in_bin", "c11_multiclass",
        "c12a_regression_l1", "c12b_huber", "c12c_quantile", "c13a_bagging", "c13b_feature_fraction",
        "c13c_bagging_subset_columns", "c14a_goss", "c14b_dart", "c14c_rf", "c15_monotone_basic",
        "c15b_monotone_penalty", "c16a_weights_binary", "c16b_cross_entropy", "c16c_weights_l2", "c17_onehot_dummies",
        "c17b_no_bundle", "c18_credit_shaped", "c19_bin_sample", "c20_deep", "c21_quantized", "c21b_quantized_renew",
    ];

    public string Name { get; }

    public bool HasWeight { get; }

    public Parameters Parameters { get; }

    public string ModelText => Read(_folder, "model.txt");

    public JsonElement Metrics => JsonDocument.Parse(Read(_folder, "metric.json")).RootElement;

    public JsonElement Bins => JsonDocument.Parse(Read(_folder, "bins.json")).RootElement;

    public static VectorCase Load(string name)
    {
        string index = File.Exists(Path.Combine(Shared.Fixture("lightgbm"), name, "params.json"))
            ? Shared.Fixture("lightgbm", "cases.json")
            : Shared.DataPath("vectors", "lightgbm", "cases.json");
        JsonElement entry = JsonDocument.Parse(File.ReadAllText(index)).RootElement.EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == name);
        return new VectorCase(name, entry.GetProperty("data").GetString()!, entry.GetProperty("has_weight").GetBoolean());
    }

    public VectorTable Table(string name)
    {
        string[] lines = Read(_dataFolder, name + ".csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] header = lines[0].TrimEnd('\r').Split(',');
        int features = header.Length - 1 - (HasWeight ? 1 : 0);
        var columns = new double[header.Length][];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = new double[lines.Length - 1];
        }

        for (int row = 1; row < lines.Length; row++)
        {
            string[] cells = lines[row].TrimEnd('\r').Split(',');
            for (int c = 0; c < cells.Length; c++)
            {
                columns[c][row - 1] = cells[c].Length == 0 ? double.NaN : double.Parse(cells[c], CultureInfo.InvariantCulture);
            }
        }

        float[]? weight = HasWeight ? [.. columns[^1].Select(w => (float)w)] : null;
        return new VectorTable(header[1..(features + 1)], columns[1..(features + 1)], [.. columns[0].Select(y => (float)y)], weight);
    }

    public bool HasTable(string name) => Exists(_dataFolder, name + ".csv");

    /// <summary>Numbers of a file with a header, row by row; an empty cell is NaN.</summary>
    public double[][] Rows(string file)
    {
        string[] lines = Read(_folder, file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Skip(1).Select(line => line.TrimEnd('\r').Split(',').Select(Number).ToArray())];
    }

    public double[] Importance(string file) =>
        [.. Read(_folder, file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => Number(line.TrimEnd('\r').Split(',')[^1]))];

    public Dataset TrainSet(out VectorTable table, Parameters? parameters = null)
    {
        table = Table("train");
        return Dataset.Create(table.Columns, table.FeatureNames, table.Label, parameters ?? Parameters, weight: table.Weight);
    }

    public List<ValidSet> ValidSets(Dataset train)
    {
        var sets = new List<ValidSet>();
        foreach (string name in (string[])["valid", "test"])
        {
            if (HasTable(name))
            {
                VectorTable table = Table(name);
                sets.Add(new ValidSet(name, train.CreateValid(table.Columns, table.Label, table.Weight)));
            }
        }

        return sets;
    }

    private static double Number(string cell) => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture);

    private static string Folder(string name)
    {
        string fixture = Shared.Fixture("lightgbm", name);
        return Directory.Exists(fixture) ? fixture : Shared.DataPath("vectors", "lightgbm", name);
    }

    private static bool Exists(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) || File.Exists(Path.Combine(folder, file + ".gz"));

    private static string Read(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        if (File.Exists(path))
        {
            return File.ReadAllText(path);
        }

        using var reader = new StreamReader(new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Text)),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };
}
