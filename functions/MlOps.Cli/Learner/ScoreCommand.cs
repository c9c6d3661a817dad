using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MlOps.Boosting.Settings;
using MlOps.Boosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Learner;

/// <summary><c>mlops score</c>: predictions of a model file for a CSV.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var settings = new Argument<string[]>("KEY=VALUE")
        {
            Description = "data=test.csv input_model=model.txt output_result=pred.csv [predict_raw_score=true] [predict_contrib=true] [predict_leaf_index=true]; config=FILE reads more.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommonOptions.Json();
        var command = new Command("score", "Predict the rows of a CSV with a model file (one written here, or LightGBM's own).") { settings, json };
        command.SetAction((parse, cancellation) => Task.FromResult(Run(parse.GetRequiredValue(settings), parse.GetValue(json), cancellation)));
        return command;
    }

    private static int Run(string[] keyValues, bool json, CancellationToken cancellation)
    {
        Parameters parameters = LearnerArguments.Parse(keyValues);
        LearnerArguments.CheckTask(parameters, "predict", "prediction", "test", "train", "training");
        string data = Needed(parameters, "data");
        string modelFile = Needed(parameters, "input_model");
        string output = parameters.Text("output_result");
        try
        {
            var clock = Stopwatch.StartNew();
            Booster booster = Load(modelFile);
            double[][] columns = LearnerTable.ReadForScoring(data, parameters, booster, cancellation);
            double loadSeconds = clock.Elapsed.TotalSeconds;
            clock.Restart();
            double[] result = booster.Predict(columns, Kind(parameters), parameters.StartIterationPredict, parameters.NumIterationPredict, parameters.NumThreads);
            double predictSeconds = clock.Elapsed.TotalSeconds;
            clock.Restart();
            int rows = columns.Length == 0 ? 0 : columns[0].Length;
            char separator = output.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ',' : '\t';
            WholeFile.Write(output, stream => Write(stream, result, rows, separator, cancellation));
            double writeSeconds = clock.Elapsed.TotalSeconds;
            Report(json, output, rows, booster.FeatureCount, loadSeconds, predictSeconds, writeSeconds);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is ParameterException or BoostingDataException)
        {
            throw new CommandException(e.Message);
        }
    }

    private static void Report(bool json, string output, int rows, int features, double loadSeconds, double predictSeconds, double writeSeconds)
    {
        if (json)
        {
            Answer.Json(new
            {
                rows,
                features,
                load_seconds = loadSeconds,
                predict_seconds = predictSeconds,
                write_seconds = writeSeconds,
                peak_memory_mb = ProcessMemory.PeakMegabytes(),
                output_result = output,
            });
        }
        else
        {
            Answer.Line($"{output}  {rows} rows");
        }
    }

    internal static Booster Load(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return Booster.Load(stream);
        }
        catch (ModelFormatException e)
        {
            throw new CommandException($"{file} is not a model that can be read: {e.Message}");
        }
    }

    private static string Needed(Parameters parameters, string name) => parameters.Text(name).Length > 0
        ? parameters.Text(name)
        : throw new CommandException($"{name}=FILE is missing.", ExitCode.WrongUsage);

    private static PredictionKind Kind(Parameters parameters) =>
        parameters.PredictLeafIndex ? PredictionKind.LeafIndex
        : parameters.PredictContrib ? PredictionKind.Contributions
        : parameters.PredictRawScore ? PredictionKind.Raw
        : PredictionKind.Probability;

    // As LightGBM's command line: no header, a line a row; commas where the file is named .csv, else tabs.
    private static void Write(Stream stream, double[] result, int rows, char separator, CancellationToken cancellation)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        int width = rows == 0 ? 0 : result.Length / rows;
        Span<char> buffer = stackalloc char[32];
        for (int row = 0; row < rows; row++)
        {
            if (row % 10000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            for (int k = 0; k < width; k++)
            {
                if (k > 0)
                {
                    writer.Write(separator);
                }

                result[(row * width) + k].TryFormat(buffer, out int length, default, CultureInfo.InvariantCulture);
                writer.Write(buffer[..length]);
            }

            writer.Write('\n');
        }
    }
}
