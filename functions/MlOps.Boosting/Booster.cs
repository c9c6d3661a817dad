using System.Text;
using MlOps.Boosting.Data;
using MlOps.Boosting.ModelText;
using MlOps.Boosting.Prediction;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting;

/// <summary>
/// A trained model: trained here or read from a LightGBM model file. Immutable; all members may be called from several
/// threads at once.
/// </summary>
public sealed partial class Booster
{
    private readonly BoosterModel _model;
    private readonly Lazy<TreePredictor> _predictor;

    private Booster(BoosterModel model, int bestIteration)
    {
        _model = model;
        BestIteration = bestIteration;
        _predictor = new Lazy<TreePredictor>(() => new TreePredictor(_model.Trees, FeatureCount));
    }

    /// <summary>
    /// With early stopping the best iteration, from 1; 0 without. When training stopped early the model ends there;
    /// when it ran to its end the model keeps all iterations, as LightGBM's does.
    /// </summary>
    public int BestIteration { get; }

    /// <summary>Number of trees, of all classes together.</summary>
    public int NumberOfTrees => _model.Trees.Count;

    /// <summary>Number of iterations.</summary>
    public int NumberOfIterations => _model.Trees.Count / _model.TreesPerIteration;

    /// <summary>Scores of a row: the number of classes, or 1.</summary>
    public int NumberOfClasses => _model.TreesPerIteration;

    /// <summary>Number of features that a row must have.</summary>
    public int FeatureCount => _model.FeatureNames.Count;

    /// <summary>Names of the features.</summary>
    public IReadOnlyList<string> FeatureNames => _model.FeatureNames;

    /// <summary>The objective as the model file writes it, such as "binary sigmoid:1".</summary>
    public string ObjectiveText => _model.ObjectiveText;

    internal BoosterModel Model => _model;

    /// <summary>Trains a model.</summary>
    /// <param name="parameters">Settings.</param>
    /// <param name="train">Training set.</param>
    /// <param name="valid">Sets to be measured after each iteration; early stopping looks at them.</param>
    /// <param name="onIteration">Called after each iteration.</param>
    /// <param name="cancellation">Stops within an iteration.</param>
    /// <exception cref="ParameterException">A parameter does not fit the data.</exception>
    /// <exception cref="BoostingDataException">The labels do not fit the objective or a metric.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static Booster Train(
        Parameters parameters,
        Dataset train,
        IReadOnlyList<ValidSet>? valid = null,
        Action<IterationResult>? onIteration = null,
        CancellationToken cancellation = default)
    {
        return Train(parameters, train, valid, onIteration, null, cancellation);
    }

    /// <summary>
    /// Trains further iterations on top of this model. The start scores of all sets must be this model's raw scores
    /// (<see cref="Predict(IReadOnlyList{double[]}, PredictionKind, int, int, int)"/> with <see cref="PredictionKind.Raw"/>, class by class).
    /// </summary>
    /// <param name="parameters">Settings of the further iterations; num_iterations counts only those.</param>
    /// <param name="train">Training set.</param>
    /// <param name="valid">Sets to be measured after each iteration.</param>
    /// <param name="onIteration">Called after each iteration.</param>
    /// <param name="cancellation">Stops within an iteration.</param>
    /// <returns>A model of this model's trees and the new ones; its best iteration counts the new ones only.</returns>
    /// <exception cref="ParameterException">A parameter does not fit the data, or boosting=rf.</exception>
    /// <exception cref="BoostingDataException">Features, classes or start scores do not fit this model.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public Booster Continue(
        Parameters parameters,
        Dataset train,
        IReadOnlyList<ValidSet>? valid = null,
        Action<IterationResult>? onIteration = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (train.FeatureCount != FeatureCount)
        {
            throw new BoostingDataException($"The model has {FeatureCount} features, but the data has {train.FeatureCount}: a training continues on the same features.");
        }

        foreach (Dataset data in (Dataset[])[train, .. (valid ?? []).Select(set => set.Data)])
        {
            if (data.Rows.InitScore.Length != (long)data.RowCount * NumberOfClasses)
            {
                throw new BoostingDataException("A training continues from the earlier model's raw scores: give them as start scores of every set.");
            }
        }

        return Train(parameters, train, valid, onIteration, this, cancellation);
    }

    private static Booster Train(
        Parameters parameters, Dataset train, IReadOnlyList<ValidSet>? valid, Action<IterationResult>? onIteration, Booster? earlier, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(train);
        valid ??= [];
        foreach (ValidSet set in valid)
        {
            if (!train.IsAlignedWith(set.Data))
            {
                throw new BoostingDataException($"Validation set '{set.Name}' was binned by another data set: make it with CreateValid of the training set.");
            }
        }

        using Trainer trainer = Trainers.Create(parameters, train, valid, cancellation);
        if (earlier is not null && earlier.NumberOfClasses != trainer.Classes)
        {
            throw new BoostingDataException($"The earlier model has {earlier.NumberOfClasses} trees an iteration, but objective={parameters.Objective} grows {trainer.Classes}.");
        }

        trainer.Continues = earlier is { NumberOfTrees: > 0 };
        int best = Run(trainer, valid, onIteration, cancellation);
        BoosterModel model = ModelOf(trainer);
        return new Booster(earlier is null ? model : model with { Trees = [.. earlier._model.Trees, .. model.Trees] }, best);
    }

    /// <summary>Importance of each feature.</summary>
    /// <param name="type">How it is measured.</param>
    public double[] FeatureImportance(ImportanceType type)
    {
        var importance = new double[FeatureCount];
        foreach (Tree tree in _model.Trees)
        {
            for (int node = 0; node < tree.NumNodes; node++)
            {
                if (tree.SplitGain[node] > 0)
                {
                    importance[tree.SplitFeature[node]] += type == ImportanceType.Split ? 1.0 : tree.SplitGain[node];
                }
            }
        }

        return importance;
    }

    /// <summary>Writes the model in LightGBM's text format, with "\n" as line end. The same model gives the same bytes.</summary>
    /// <param name="destination">Receives UTF-8.</param>
    public void Save(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(Encoding.UTF8.GetBytes(SaveToString()));
    }

    /// <summary>The model in LightGBM's text format.</summary>
    public string SaveToString()
    {
        bool gain = _model.ParametersText.Contains("[saved_feature_importance_type: 1]", StringComparison.Ordinal);
        return ModelWriter.Write(_model, FeatureImportance(gain ? ImportanceType.Gain : ImportanceType.Split));
    }

    /// <summary>Writes the model as JSON, with the names and the nesting of LightGBM's <c>dump_model</c>. For reading by other programs; it is not read back.</summary>
    /// <param name="destination">Receives UTF-8.</param>
    public void DumpJson(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ModelJson.Write(_model, FeatureImportance(ImportanceType.Split), destination);
    }

    /// <summary>Reads a model in LightGBM's text format.</summary>
    /// <param name="text">The whole file.</param>
    /// <exception cref="ModelFormatException">The text is not a whole model.</exception>
    public static Booster Load(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Booster(ModelReader.Read(text), 0);
    }

    /// <summary>Reads a model in LightGBM's text format.</summary>
    /// <param name="source">The file, in UTF-8.</param>
    /// <exception cref="ModelFormatException">The file is not a whole model.</exception>
    public static Booster Load(Stream source)
    {
        using var reader = new StreamReader(source, Encoding.UTF8, leaveOpen: true);
        return Load(reader.ReadToEnd());
    }

    private static int Run(Trainer trainer, IReadOnlyList<ValidSet> valid, Action<IterationResult>? onIteration, CancellationToken cancellation)
    {
        Parameters parameters = trainer.Parameters;
        bool stops = parameters.EarlyStoppingRound > 0 && parameters.Boosting != "dart";
        var reporter = new MetricReporter(trainer, valid);
        var stopping = new EarlyStopping(parameters);
        for (int i = 0; i < parameters.NumIterations; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool learned = trainer.RunIteration();
            // Where not even the first iteration can split, the model is a constant: it is measured once, so that nobody is left without a figure.
            bool isConstant = !learned && i == 0 && !trainer.Continues;
            if (!learned && !isConstant)
            {
                break;
            }

            int iteration = isConstant ? 1 : trainer.Iteration;
            bool report = onIteration is not null && (isConstant || iteration % parameters.MetricFreq == 0);
            bool stop = isConstant;
            if (report || stops)
            {
                (List<MetricResult> all, List<IReadOnlyList<(double, bool)>> forStopping) = reporter.Measure();
                if (report)
                {
                    onIteration!(new IterationResult(iteration, all));
                }

                if (stops && stopping.Update(iteration, forStopping))
                {
                    int extra = Math.Min(parameters.EarlyStoppingRound * trainer.Classes, trainer.Trees.Count);
                    trainer.Trees.RemoveRange(trainer.Trees.Count - extra, extra);
                    stop = true;
                }
            }

            if (stop)
            {
                break;
            }
        }

        return stopping.BestIteration;
    }

    private static BoosterModel ModelOf(Trainer trainer) => new()
    {
        Trees = [.. trainer.Trees],
        Classes = trainer.Parameters.NumClass,
        TreesPerIteration = trainer.Classes,
        FeatureNames = trainer.Train.FeatureNames,
        FeatureInfos = [.. trainer.Train.Mappers.Select(mapper => mapper?.Info() ?? "none")],
        MonotoneConstraints = trainer.Parameters.MonotoneConstraints,
        ObjectiveText = trainer.Objective.ModelText,
        Objective = trainer.Objective,
        AveragesOutput = trainer.Parameters.Boosting == "rf",
        ParametersText = ModelWriter.Parameters(trainer.Parameters),
    };
}
