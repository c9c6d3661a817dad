using MlOps.Evaluation.Drift;
using MlOps.Evaluation.Intervals;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The maths of a comparison: one metric for two models and a baseline on the same rows.</summary>
internal sealed class Comparison
{
    private readonly string _metric;
    private readonly int _classes;
    private readonly double[] _labels;

    public Comparison(string metric, int classes, double[] labels)
    {
        _metric = metric;
        _classes = classes;
        _labels = labels;
    }

    public bool HigherIsBetter => _metric == "auc";

    public double Measure(double[] scores) => _labels.Length == 0 ? double.NaN : _metric == "auc" ? BinaryMetrics.Auc(_labels, scores) : Losses(scores).Average();

    /// <summary>The metric of predicting every row alike, from the labels of the training part.</summary>
    public double Baseline(double[] trainLabels) => _metric == "auc" ? 0.5 : Measure(BaselineScores(trainLabels));

    /// <summary>The prediction that is alike for every row.</summary>
    public double[] BaselineScores(double[] trainLabels) => _metric switch
    {
        "multi_logloss" => [.. _labels.SelectMany(_ => Shares(trainLabels))],
        "l1" => [.. Enumerable.Repeat(NumericBins.Quantile([.. trainLabels.Order()], 0.5), _labels.Length)],
        _ => [.. Enumerable.Repeat(trainLabels.Average(), _labels.Length)],
    };

    /// <summary>95 % percentile interval of a model's metric over resamples of the rows; <see langword="null"/> where there is none.</summary>
    public (double Low, double High)? Interval(double[] scores, int count = 500, ulong seed = 42)
    {
        if (_labels.Length == 0)
        {
            return null;
        }

        // Held against a model that is the same for every row: an AUC of one half, or a loss of 0.
        var resamples = ResampledDifferences.Resamples(_labels.Length, count, seed);
        double[] values = _metric == "auc"
            ? [.. ResampledDifferences.AucDifferences(_labels, scores, new double[_labels.Length], resamples).Select(d => d + 0.5)]
            : ResampledDifferences.MeanDifferences(Losses(scores), new double[_labels.Length], resamples);
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? null : (NumericBins.Quantile(sorted, 0.025), NumericBins.Quantile(sorted, 0.975));
    }

    /// <summary>The same on some of the rows.</summary>
    public Comparison At(int[] places) => new(_metric, _classes, Array.ConvertAll(places, i => _labels[i]));

    /// <summary>A model's scores of some of the rows.</summary>
    public double[] Pick(double[] scores, int[] places)
    {
        var width = _metric == "multi_logloss" ? _classes : 1;
        return [.. places.SelectMany(i => scores[(i * width)..((i + 1) * width)])];
    }

    /// <summary>Improvement of the challenger over the champion on all rows, positive where it is better; not a number where the metric has no value.</summary>
    public double Improvement(double[] challenger, double[] champion) =>
        HigherIsBetter ? Measure(challenger) - Measure(champion) : Measure(champion) - Measure(challenger);

    /// <summary>Improvement of the challenger over the champion in each resample, positive where it is better; ascending.</summary>
    public double[] Improvements(double[] challenger, double[] champion, PromoteSettings settings)
    {
        var resamples = ResampledDifferences.Resamples(_labels.Length, settings.Resamples, (ulong)settings.Seed);
        var differences = _metric == "auc"
            ? ResampledDifferences.AucDifferences(_labels, challenger, champion, resamples)
            : ResampledDifferences.MeanDifferences(Losses(champion), Losses(challenger), resamples);
        return [.. differences.Where(double.IsFinite).Order()];
    }

    private double[] Losses(double[] scores)
    {
        var losses = new double[_labels.Length];
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] = _metric switch
            {
                "binary_logloss" => -Math.Log(Clip(_labels[i] > 0 ? scores[i] : 1 - scores[i])),
                "multi_logloss" => -Math.Log(Clip(scores[(i * _classes) + (int)_labels[i]])),
                "l1" => Math.Abs(_labels[i] - scores[i]),
                _ => (_labels[i] - scores[i]) * (_labels[i] - scores[i]),
            };
        }

        return losses;
    }

    private double[] Shares(double[] labels) =>
        [.. Enumerable.Range(0, _classes).Select(k => labels.Count(l => (int)l == k) / (double)labels.Length)];

    private static double Clip(double p) => Math.Min(Math.Max(p, BinaryMetrics.Epsilon), 1 - BinaryMetrics.Epsilon);
}
