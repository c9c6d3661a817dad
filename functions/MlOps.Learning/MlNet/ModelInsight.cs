using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlOps.Learning.MlNet;

/// <summary>
/// What a model of ML.NET tells of itself. Additive models tell of every row: a feature's part of the raw score, against that of the mean row, is its Shapley
/// value where features are independent. Trees tell of the gain of their splits alone.
/// </summary>
internal sealed class ModelInsight
{
    private readonly int _features;
    private readonly List<AdditivePart> _parts = [];
    private readonly List<RegressionTreeBase> _trees = [];

    private ModelInsight(int features) => _features = features;

    /// <summary>Whether there is a part of the raw score for each feature.</summary>
    public bool Explains => _parts.Count > 0;

    /// <summary>The raw score of each output.</summary>
    public IReadOnlyList<AdditivePart> Parts => _parts;

    /// <summary>What a calibrator multiplies the raw score by.</summary>
    public double Slope { get; private set; } = 1;

    /// <summary>What it adds then.</summary>
    public double Offset { get; private set; }

    public static ModelInsight Of(ITransformer model, int features)
    {
        var insight = new ModelInsight(features);
        foreach (var transformer in model is IEnumerable<ITransformer> chain ? chain : [model])
        {
            if (transformer is IPredictionTransformer<object> predictor)
            {
                insight.Add(predictor.Model);
            }
        }

        return insight;
    }

    /// <summary>Row by row and output by output each feature's part, then the constant.</summary>
    public double[] Contributions(FeatureRow[] rows)
    {
        var result = new double[rows.Length * _parts.Count * (_features + 1)];
        var at = 0;
        foreach (var row in rows)
        {
            foreach (var part in _parts)
            {
                for (var j = 0; j < _features; j++)
                {
                    result[at++] = Slope * part.Of(j, row.Features[j]);
                }

                result[at++] = (Slope * part.Constant) + Offset;
            }
        }

        return result;
    }

    /// <summary>Mean absolute part of each feature, over the outputs together.</summary>
    public double[] MeanAbsolute(FeatureRow[] rows)
    {
        var mean = new double[_features];
        foreach (var row in rows)
        {
            foreach (var part in _parts)
            {
                for (var j = 0; j < _features; j++)
                {
                    mean[j] += Math.Abs(Slope * part.Of(j, row.Features[j])) / rows.Length;
                }
            }
        }

        return mean;
    }

    /// <summary>Sum of the gains of each feature's splits.</summary>
    public double[] Gains() => BySplit((tree, node) => Math.Max(0, tree.SplitGains[node]));

    /// <summary>Number of each feature's splits.</summary>
    public double[] Splits() => BySplit((_, _) => 1);

    private double[] BySplit(Func<RegressionTreeBase, int, double> value)
    {
        var sums = new double[_features];
        foreach (var tree in _trees)
        {
            for (var node = 0; node < tree.NumberOfNodes; node++)
            {
                sums[tree.NumericalSplitFeatureIndexes[node]] += value(tree, node);
            }
        }

        return sums;
    }

    private void Add(object model)
    {
        switch (model)
        {
            case LinearModelParameters linear:
                _parts.Add(new LinearPart([.. linear.Weights.Select(w => (double)w)], linear.Bias));
                break;
            case MaximumEntropyModelParameters classes:
                VBuffer<float>[]? buffers = null;
                classes.GetWeights(ref buffers, out var count);
                double[] biases = [.. classes.GetBiases().Select(b => (double)b)];
                for (var k = 0; k < count; k++)
                {
                    _parts.Add(new LinearPart([.. buffers[k].DenseValues().Select(w => (double)w)], biases[k]));
                }

                break;
            case GamModelParametersBase gam when Shapes(gam) is var (shapeOf, bounds, effects):
                _parts.Add(new StepPart(shapeOf, bounds, effects, gam.Bias));
                break;
            case TreeEnsembleModelParametersBasedOnRegressionTree ensemble:
                _trees.AddRange(ensemble.TrainedTreeEnsemble.Trees);
                break;
            case OneVersusAllModelParameters all:
                // One model a class, which ML.NET does not publish.
                foreach (var one in Member(all, "SubModelParameters") as IEnumerable<object> ?? [])
                {
                    Add(one);
                }

                break;
            case PlattCalibrator calibrator:
                (Slope, Offset) = (-calibrator.Slope, -calibrator.Offset);
                break;
            default:
                // A model and its calibrator in one; the type of the model is a parameter of it.
                if (Member(model, "SubModel") is { } inner)
                {
                    Add(inner);
                    if (Member(model, "Calibrator") is { } calibration)
                    {
                        Add(calibration);
                    }
                }

                break;
        }
    }

    // The property of the most derived type: a generic base has one of the same name.
    private static object? Member(object model, string name)
    {
        for (var type = model.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } property)
            {
                return property.GetValue(model);
            }
        }

        return null;
    }

    // Steps by shape, and which shape is which feature's: a feature that is the same in all rows has none. What ML.NET publishes of them counts by shape and
    // by feature at once, and cannot reach the last; without the fields the model explains no rows.
    private static (Dictionary<int, int> ShapeOf, double[][] Bounds, double[][] Effects)? Shapes(GamModelParametersBase gam)
    {
        return Field("_inputFeatureToShapeFunctionMap") is Dictionary<int, int> shapeOf && Field("_binUpperBounds") is double[][] bounds && Field("_binEffects") is double[][] effects
            ? (shapeOf, bounds, effects)
            : null;

        object? Field(string name) => typeof(GamModelParametersBase).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(gam);
    }
}
