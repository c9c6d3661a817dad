using System.Globalization;

namespace MlOps.Boosting.Tests.Oracle;

/// <summary>Random rows and parameters. The same seed gives the same case.</summary>
internal sealed class OracleCase
{
    private static readonly string[] Objectives =
        ["regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie", "binary", "cross_entropy", "multiclass", "multiclassova"];

    private readonly Random _random;

    private OracleCase(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
        var (rows, columns) = (_random.Next(60, 400), _random.Next(1, 9));
        var categorical = new List<int>();
        var kinds = new int[columns];
        for (var j = 0; j < columns; j++)
        {
            kinds[j] = _random.Next(6);
            if (kinds[j] == 0)
            {
                categorical.Add(j);
            }
        }

        var missing = _random.Next(3) == 0 ? 0 : _random.NextDouble() * 0.4;
        Columns = Draw(kinds, rows, missing);
        Test = Draw(kinds, 50, Math.Max(missing, 0.05));
        Names = [.. Enumerable.Range(0, columns).Select(j => $"Column_{j}")];
        Classes = _random.Next(3, 5);
        var objective = Pick(Objectives);
        Label = Labels(objective, rows);
        Weight = _random.Next(4) == 0 ? [.. Enumerable.Range(0, rows).Select(_ => (float)(0.2 + _random.NextDouble()))] : null;
        Rounds = _random.Next(1, 13);
        Settings = Draw(objective, categorical);
    }

    public int Seed { get; }

    public int Rounds { get; }

    public string[] Names { get; }

    public double[][] Columns { get; }

    public double[][] Test { get; }

    public float[] Label { get; }

    public float[]? Weight { get; }

    public int Classes { get; }

    public Dictionary<string, string> Settings { get; }

    public string Text => string.Join(' ', Settings.Select(s => $"{s.Key}={s.Value}"));

    public static OracleCase Draw(int seed) => new(seed);

    private Dictionary<string, string> Draw(string objective, List<int> categorical)
    {
        var all = new Dictionary<string, string>
        {
            ["objective"] = objective,
            ["num_iterations"] = Whole(Rounds),
            ["num_leaves"] = Whole(_random.Next(2, 32)),
            ["min_data_in_leaf"] = Whole(_random.Next(1, 21)),
            ["learning_rate"] = Number(0.02 + (_random.NextDouble() * 0.6)),
            ["seed"] = Whole(_random.Next(1, 1000)),
            ["deterministic"] = "true",
            ["force_col_wise"] = "true",
            ["num_threads"] = "1",
            ["verbosity"] = "-1",
        };
        if (objective == "mape")
        {
            // Where rows weigh differently, LightGBM's column-wise histograms take the first row's weight for all.
            all["force_col_wise"] = "false";
            all["force_row_wise"] = "true";
        }

        if (objective.StartsWith("multiclass", StringComparison.Ordinal))
        {
            all["num_class"] = Whole(Classes);
        }

        if (categorical.Count > 0)
        {
            all["categorical_feature"] = string.Join(',', categorical);
            Maybe("cat_smooth", () => Number(_random.NextDouble() * 20));
            Maybe("cat_l2", () => Number(_random.NextDouble() * 10));
            Maybe("max_cat_to_onehot", () => Whole(_random.Next(1, 9)));
            Maybe("min_data_per_group", () => Whole(_random.Next(1, 60)));
            Maybe("max_cat_threshold", () => Whole(_random.Next(1, 20)));
        }

        switch (_random.Next(6))
        {
            case 0:
                all["boosting"] = "dart";
                Maybe("drop_rate", () => Number(_random.NextDouble()));
                Maybe("xgboost_dart_mode", () => "true");
                Maybe("uniform_drop", () => "true");
                break;
            case 1 when objective is not ("regression_l1" or "quantile" or "mape"):
                all["boosting"] = "rf";
                all["bagging_freq"] = "1";
                all["bagging_fraction"] = Number(0.3 + (_random.NextDouble() * 0.45));
                break;
            case 2:
                all["data_sample_strategy"] = "goss";
                all["top_rate"] = Number(0.1 + (_random.NextDouble() * 0.3));
                all["other_rate"] = Number(0.1 + (_random.NextDouble() * 0.3));
                break;
            case 3:
                // A bag that happens to hold every row is never drawn again by LightGBM, by ours it is: with so many rows and fractions it does not happen.
                all["bagging_freq"] = Whole(_random.Next(1, 4));
                all["bagging_fraction"] = Number(0.3 + (_random.NextDouble() * 0.45));
                break;
        }

        Maybe("max_depth", () => Whole(_random.Next(1, 8)));
        Maybe("min_sum_hessian_in_leaf", () => Number(_random.NextDouble() * 2));
        Maybe("lambda_l1", () => Number(_random.NextDouble() * 2));
        Maybe("lambda_l2", () => Number(_random.NextDouble() * 5));
        Maybe("min_gain_to_split", () => Number(_random.NextDouble() * 0.5));
        Maybe("max_delta_step", () => Number(_random.NextDouble()));
        Maybe("path_smooth", () => Number(_random.NextDouble() * 10));
        Maybe("feature_fraction", () => Number(0.3 + (_random.NextDouble() * 0.7)));
        Maybe("feature_fraction_bynode", () => Number(0.3 + (_random.NextDouble() * 0.7)));
        Maybe("extra_trees", () => "true");
        Maybe("max_bin", () => Whole(_random.Next(2, 64)));
        Maybe("min_data_in_bin", () => Whole(_random.Next(1, 12)));
        Maybe("use_missing", () => "false");
        Maybe("zero_as_missing", () => "true");
        Maybe("enable_bundle", () => "false");
        Maybe("boost_from_average", () => "false");
        if (objective == "binary")
        {
            Maybe("is_unbalance", () => "true");
            Maybe("sigmoid", () => Number(0.5 + _random.NextDouble()));
        }

        if (categorical.Count == 0 && objective is not ("regression_l1" or "quantile" or "mape"))
        {
            Maybe("monotone_constraints", () => string.Join(',', Columns.Select(_ => Whole(_random.Next(-1, 2)))));
        }

        return all;

        void Maybe(string name, Func<string> value)
        {
            if (_random.Next(5) == 0)
            {
                all[name] = value();
            }
        }
    }

    private double[][] Draw(int[] kinds, int rows, double missing) => [.. kinds.Select(kind => Enumerable.Range(0, rows).Select(_ => Cell(kind, missing)).ToArray())];

    private double Cell(int kind, double missing)
    {
        if (_random.NextDouble() < missing)
        {
            return double.NaN;
        }

        return kind switch
        {
            // A category, a small integer with ties, mostly zeros, a wide range, rounded, anything.
            0 => _random.Next(12),
            1 => _random.Next(-3, 4),
            2 => _random.Next(5) == 0 ? _random.NextDouble() : 0,
            3 => Math.Exp((_random.NextDouble() * 20) - 10) * (_random.Next(2) == 0 ? 1 : -1),
            4 => Math.Round(_random.NextDouble(), 2),
            _ => (_random.NextDouble() * 2) - 1,
        };
    }

    private float[] Labels(string objective, int rows)
    {
        var label = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            var first = Columns[0][i];
            var score = (double.IsNaN(first) ? 0.3 : Math.Tanh(first)) + (_random.NextDouble() * 1.5) - 0.5;
            label[i] = objective switch
            {
                "binary" => score > 0.3 ? 1 : 0,
                "cross_entropy" => (float)(1 / (1 + Math.Exp(-score))),
                "multiclass" or "multiclassova" => Math.Clamp((int)((score + 1) * Classes / 2.5), 0, Classes - 1),
                "poisson" => Math.Max(0, (int)(Math.Abs(score) * 4)),
                "gamma" or "tweedie" => (float)(Math.Abs(score) + 0.05),
                _ => (float)(score * 3),
            };
        }

        // Every class has a row, and a count is above 0 somewhere.
        for (var k = 0; k < Math.Min(rows, Classes); k++)
        {
            label[k] = objective switch { "binary" => k % 2, "multiclass" or "multiclassova" => k, "poisson" => k, _ => label[k] };
        }

        return label;
    }

    private string Pick(string[] of) => of[_random.Next(of.Length)];

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    // LightGBM reads a number's fraction apart from its whole part and adds them, which is off by a bit for some: eighths are the same however they are read.
    private static string Number(double value) => (value < 1 ? Math.Round(value, 4) : Math.Round(value * 8) / 8).ToString("R", CultureInfo.InvariantCulture);
}
