using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Boosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Learner;

/// <summary><c>mlops fit</c>: the bare learner, with LightGBM's own parameter names, CSV in and model file out.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var settings = new Argument<string[]>("KEY=VALUE")
        {
            Description = "LightGBM's parameters: data=train.csv valid=valid.csv label=name:y objective=binary num_leaves=31 … output_model=model.txt; config=FILE reads more.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommonOptions.Json();
        var command = new Command("fit", "Train a model on a CSV, with LightGBM's parameter names.") { settings, json };
        command.SetAction((parse, cancellation) => Task.FromResult(Run(parse.GetRequiredValue(settings), parse.GetValue(json), cancellation)));
        return command;
    }

    private static int Run(string[] keyValues, bool json, CancellationToken cancellation)
    {
        Parameters parameters = LearnerArguments.Parse(keyValues);
        string data = parameters.Text("data");
        if (data.Length == 0)
        {
            throw new CommandException("data=FILE is missing: which CSV shall be learned from?", ExitCode.WrongUsage);
        }

        LearnerArguments.CheckTask(parameters, "train", "training");
        try
        {
            return Train(parameters, json, cancellation);
        }
        catch (Exception e) when (e is ParameterException or BoostingDataException)
        {
            throw new CommandException(e.Message, e is ParameterException ? ExitCode.WrongUsage : ExitCode.Failed);
        }
    }

    private static int Train(Parameters parameters, bool json, CancellationToken cancellation)
    {
        bool talks = parameters.Verbosity >= 1;
        if (TrainingSets.ValidFiles(parameters).Contains(parameters.Text("data")))
        {
            parameters = parameters.With("is_provide_training_metric", "true");
        }

        string inputModel = parameters.Text("input_model");
        Booster? earlier = inputModel.Length > 0 ? ScoreCommand.Load(inputModel) : null;
        using TrainingSets sets = TrainingSets.Read(parameters, earlier, cancellation);
        Dataset dataset = sets.Train;
        CheckClasses(parameters, dataset);
        WarnOfOneClass(parameters, sets);
        GC.Collect(); // the raw values are of no more use
        if (talks)
        {
            Answer.Progress($"{dataset.RowCount} rows, {dataset.FeatureCount} features ({dataset.UsedFeatureCount} used)");
        }

        var clock = Stopwatch.StartNew();
        IterationResult? last = null;
        void Report(IterationResult result)
        {
            last = result;
            if (talks)
            {
                foreach (MetricResult metric in result.Metrics)
                {
                    Answer.Progress(FormattableString.Invariant($"Iteration:{result.Iteration}, {metric.Set} {metric.Metric} : {metric.Value:G6}"));
                }
            }
        }

        Booster booster = earlier is null
            ? Booster.Train(parameters, dataset, sets.Valid, Report, cancellation)
            : earlier.Continue(parameters, dataset, sets.Valid, Report, cancellation);
        double trainingSeconds = clock.Elapsed.TotalSeconds;
        string output = parameters.Text("output_model");
        WholeFile.Write(output, booster.Save);
        if (json)
        {
            Answer.Json(new
            {
                rows = dataset.RowCount,
                features = dataset.FeatureCount,
                load_seconds = sets.LoadSeconds,
                binning_seconds = sets.BinningSeconds,
                training_seconds = trainingSeconds,
                iterations = booster.NumberOfIterations,
                best_iteration = booster.BestIteration,
                metrics = Metrics(last),
                peak_memory_mb = ProcessMemory.PeakMegabytes(),
                output_model = output,
            });
        }
        else
        {
            Answer.Line($"{output}  {Counted(booster.NumberOfIterations, "iteration")}, {Counted(booster.NumberOfTrees, "tree")}");
        }

        return ExitCode.Done;
    }

    /// <summary>A validation file whose labels all are above 0, or none, has metrics that say nothing.</summary>
    private static void WarnOfOneClass(Parameters parameters, TrainingSets sets)
    {
        if (parameters.Text("objective") != "binary")
        {
            return;
        }

        string[] files = [.. TrainingSets.ValidFiles(parameters).Where(file => file != parameters.Text("data"))];
        for (int i = 0; i < sets.Valid.Count && i < files.Length; i++)
        {
            var labels = sets.Valid[i].Data.Label.Span;
            var positives = 0;
            foreach (var label in labels)
            {
                positives += label > 0 ? 1 : 0;
            }

            if (positives == 0 || positives == labels.Length)
            {
                Answer.Progress($"warning: of the labels of {files[i]} {(positives == 0 ? "none is" : "all are")} above 0, which is one class: its metrics say nothing. Write 0 and 1 in its label column.");
            }
        }
    }

    /// <summary>Labels above 0 are one class: what was meant as two classes would give a constant model.</summary>
    private static void CheckClasses(Parameters parameters, Dataset dataset)
    {
        var labels = dataset.Label.Span;
        if (parameters.Text("objective") != "binary" || labels.IsEmpty)
        {
            return;
        }

        var (positives, least, most) = (0, labels[0], labels[0]);
        foreach (var label in labels)
        {
            positives += label > 0 ? 1 : 0;
            least = Math.Min(least, label);
            most = Math.Max(most, label);
        }

        if (positives != 0 && positives != labels.Length)
        {
            return;
        }

        if (least != most)
        {
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture,
                $"objective=binary takes labels above 0 as one class and all others as the other, and the labels go from {least} to {most}: there is only one class. Write 0 and 1 in the label column, or use objective=multiclass or regression."));
        }

        Answer.Progress(string.Create(CultureInfo.InvariantCulture, $"warning: the labels contain only one class (all are {least}); the model will be constant."));
    }

    private static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    // Set name, then metric name, then the value after the last iteration.
    private static Dictionary<string, Dictionary<string, double>> Metrics(IterationResult? last) => (last?.Metrics ?? [])
        .GroupBy(metric => metric.Set)
        .ToDictionary(set => set.Key, set => set.ToDictionary(metric => metric.Metric, metric => metric.Value));
}
