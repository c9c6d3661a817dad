using System.CommandLine;
using System.Diagnostics;
using MlOps.App.Commands.Learner;
using MlOps.Boosting;

namespace MlOps.App.Commands;

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

        if (parameters.Text("input_model").Length > 0)
        {
            throw new CommandException("input_model is for `mlops score`: training starts from the data only.", ExitCode.WrongUsage);
        }

        try
        {
            return Train(parameters, data, json, cancellation);
        }
        catch (Exception e) when (e is ParameterException or BoostingDataException)
        {
            throw new CommandException(e.Message, e is ParameterException ? ExitCode.WrongUsage : ExitCode.Failed);
        }
    }

    private static int Train(Parameters parameters, string data, bool json, CancellationToken cancellation)
    {
        bool talks = parameters.Verbosity >= 1;
        var clock = Stopwatch.StartNew();
        LearnerTable train = LearnerTable.Read(data, parameters, cancellation);
        string[] validFiles = parameters.Text("valid").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        LearnerTable[] validTables = [.. validFiles.Where(file => file != data).Select(file => LearnerTable.Read(file, parameters, cancellation))];
        if (validTables.Length < validFiles.Length)
        {
            parameters = parameters.With("is_provide_training_metric", "true");
        }

        double loadSeconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        using Dataset dataset = Dataset.Create(train.Columns, train.Names, train.Label!, parameters, train.Categorical, train.Weight, train.InitScore, train.Group);
        List<ValidSet> valid = [.. validTables.Select((table, i) => new ValidSet(
            $"valid_{i + 1}", dataset.CreateValid(Aligned(train, table, validFiles[i]), table.Label!, table.Weight, table.InitScore, table.Group, parameters.NumThreads)))];
        double binningSeconds = clock.Elapsed.TotalSeconds;
        if (talks)
        {
            Answer.Progress($"{dataset.RowCount} rows, {dataset.FeatureCount} features ({dataset.UsedFeatureCount} used)");
        }

        clock.Restart();
        IterationResult? last = null;
        Booster booster = Booster.Train(parameters, dataset, valid, result =>
        {
            last = result;
            if (talks)
            {
                foreach (MetricResult metric in result.Metrics)
                {
                    Answer.Progress(FormattableString.Invariant($"Iteration:{result.Iteration}, {metric.Set} {metric.Metric} : {metric.Value:G6}"));
                }
            }
        }, cancellation);
        double trainingSeconds = clock.Elapsed.TotalSeconds;
        string output = parameters.Text("output_model");
        WholeFile.Write(output, booster.Save);
        foreach (ValidSet set in valid)
        {
            set.Data.Dispose();
        }

        if (json)
        {
            Answer.Json(new
            {
                rows = dataset.RowCount,
                features = dataset.FeatureCount,
                load_seconds = loadSeconds,
                binning_seconds = binningSeconds,
                training_seconds = trainingSeconds,
                iterations = booster.NumberOfIterations,
                best_iteration = booster.BestIteration,
                metrics = Metrics(last),
                peak_memory_mb = PeakMemory(),
                output_model = output,
            });
        }
        else
        {
            Answer.Line($"{output}  {booster.NumberOfIterations} iterations, {booster.NumberOfTrees} trees");
        }

        return ExitCode.Done;
    }

    /// <summary>Largest working set of the process, in MB.</summary>
    internal static double PeakMemory() => Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0, 1);

    // Set name, then metric name, then the value after the last iteration.
    private static Dictionary<string, Dictionary<string, double>> Metrics(IterationResult? last) => (last?.Metrics ?? [])
        .GroupBy(metric => metric.Set)
        .ToDictionary(set => set.Key, set => set.ToDictionary(metric => metric.Metric, metric => metric.Value));

    // The columns of a validation file in the training file's order; by position where the names differ.
    private static double[][] Aligned(LearnerTable train, LearnerTable valid, string file)
    {
        if (valid.Columns.Length != train.Columns.Length)
        {
            throw new CommandException($"{file} has {valid.Columns.Length} features, but the training file has {train.Columns.Length}.");
        }

        return train.Names.All(name => valid.Names.Contains(name))
            ? [.. train.Names.Select(name => valid.Columns[Array.IndexOf(valid.Names, name)])]
            : valid.Columns;
    }
}
