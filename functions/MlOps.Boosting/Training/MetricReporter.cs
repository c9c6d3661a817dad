using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;

namespace MlOps.Boosting.Training;

/// <summary>Measures the training set (when asked for) and the validation sets after an iteration.</summary>
internal sealed class MetricReporter
{
    private readonly Trainer _trainer;
    private readonly List<(string Set, ScoreBoard Scores, Metric[] Metrics, bool IsValid)> _sets = [];

    public MetricReporter(Trainer trainer, IReadOnlyList<ValidSet> valid)
    {
        _trainer = trainer;
        if (trainer.Parameters.IsProvideTrainingMetric)
        {
            _sets.Add(("training", trainer.TrainScores, Create(trainer.Train), false));
        }

        for (int i = 0; i < valid.Count; i++)
        {
            _sets.Add((valid[i].Name, trainer.ValidScores[i], Create(valid[i].Data), true));
        }
    }

    /// <summary>All metrics of an iteration, and those that early stopping looks at: the last number of each metric of each validation set.</summary>
    public (List<MetricResult> All, List<IReadOnlyList<(double Value, bool HigherIsBetter)>> ForStopping) Measure()
    {
        var all = new List<MetricResult>();
        var stopping = new List<IReadOnlyList<(double, bool)>>();
        foreach ((string set, ScoreBoard scores, Metric[] metrics, bool isValid) in _sets)
        {
            var predictions = new Predictions(scores.ToArray(), _trainer.Classes, _trainer.Objective);
            var last = new List<(double, bool)>();
            foreach (Metric metric in metrics)
            {
                double[] values = metric.Evaluate(predictions);
                for (int i = 0; i < values.Length; i++)
                {
                    all.Add(new MetricResult(set, metric.Names[i], values[i], metric.HigherIsBetter));
                }

                last.Add((values[^1], metric.HigherIsBetter));
            }

            if (isValid)
            {
                stopping.Add(last);
            }
        }

        return (all, stopping);
    }

    private Metric[] Create(Dataset data)
    {
        Metric[] metrics = [.. _trainer.Parameters.Metric.Select(name => MetricFactory.Create(name, _trainer.Parameters))];
        foreach (Metric metric in metrics)
        {
            metric.Start(data.Rows);
        }

        return metrics;
    }
}
