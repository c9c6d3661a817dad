using System.Diagnostics;
using System.Runtime.CompilerServices;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Boosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Learner;

/// <summary>
/// What <c>fit</c> learns from and measures on: CSVs, or binned sets that an earlier <c>fit</c> left with save_binary.
/// Raw values are let go as soon as they are binned.
/// </summary>
internal sealed class TrainingSets : IDisposable
{
    private TrainingSets(Dataset train, List<ValidSet> valid) => (Train, Valid) = (train, valid);

    public Dataset Train { get; }

    public List<ValidSet> Valid { get; }

    public double LoadSeconds { get; private init; }

    public double BinningSeconds { get; private init; }

    /// <summary>Reads and bins the files that the parameters name.</summary>
    /// <param name="parameters">Settings; data and valid name the files.</param>
    /// <param name="earlier">Model to continue from, whose raw scores become the start scores; or null.</param>
    /// <param name="cancellation">Stops the reading.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TrainingSets Read(Parameters parameters, Booster? earlier, CancellationToken cancellation)
    {
        string data = parameters.Text("data");
        string[] validFiles = [.. ValidFiles(parameters).Where(file => file != data)];
        var clock = Stopwatch.StartNew();
        if (IsBinned(data))
        {
            return ReadBinned(data, validFiles, earlier, clock);
        }

        LearnerTable train = LearnerTable.Read(data, parameters, cancellation);
        LearnerTable[] tables = [.. validFiles.Select(file => LearnerTable.Read(file, parameters, cancellation))];
        double loadSeconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        Dataset dataset = Dataset.Create(train.Columns, train.Names, train.Label!, parameters, train.Categorical, train.Weight, Start(train, train.Columns, earlier, parameters), train.Group);
        List<ValidSet> valid = [.. tables.Select((table, i) =>
        {
            double[][] columns = Aligned(train, table, validFiles[i]);
            return new ValidSet($"valid_{i + 1}", dataset.CreateValid(columns, table.Label!, table.Weight, Start(table, columns, earlier, parameters), table.Group, parameters.NumThreads));
        })];
        double binningSeconds = clock.Elapsed.TotalSeconds;
        if (parameters.Text("save_binary").ToLowerInvariant() is "true" or "1" or "+")
        {
            WholeFile.Write(data + ".bin", dataset.Save);
            for (int i = 0; i < valid.Count; i++)
            {
                WholeFile.Write(validFiles[i] + ".bin", valid[i].Data.Save);
            }
        }

        return new TrainingSets(dataset, valid) { LoadSeconds = loadSeconds, BinningSeconds = binningSeconds };
    }

    /// <summary>The validation files, in the order given.</summary>
    public static string[] ValidFiles(Parameters parameters) =>
        parameters.Text("valid").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public void Dispose()
    {
        Train.Dispose();
        foreach (ValidSet set in Valid)
        {
            set.Data.Dispose();
        }
    }

    private static TrainingSets ReadBinned(string data, string[] validFiles, Booster? earlier, Stopwatch clock)
    {
        if (earlier is not null)
        {
            throw new CommandException($"{data} is a binned set, which has no raw values: continue from input_model with the CSV.", ExitCode.WrongUsage);
        }

        string? csv = validFiles.FirstOrDefault(file => !IsBinned(file));
        if (csv is not null)
        {
            throw new CommandException($"{data} is a binned set, so {csv} must be one too: write both with save_binary=true.", ExitCode.WrongUsage);
        }

        Dataset train = Load(data);
        List<ValidSet> valid = [.. validFiles.Select((file, i) => new ValidSet($"valid_{i + 1}", Load(file)))];
        return new TrainingSets(train, valid) { LoadSeconds = clock.Elapsed.TotalSeconds };
    }

    private static Dataset Load(string file)
    {
        using FileStream stream = File.OpenRead(file);
        try
        {
            return Dataset.Load(stream);
        }
        catch (BoostingDataException e)
        {
            throw new CommandException($"{file}: {e.Message}");
        }
    }

    private static bool IsBinned(string file)
    {
        using FileStream stream = File.OpenRead(file);
        Span<byte> start = stackalloc byte[8];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && Dataset.IsDataset(start);
    }

    // Class by class, as start scores are.
    private static double[]? Start(LearnerTable table, double[][] columns, Booster? earlier, Parameters parameters)
    {
        if (earlier is null)
        {
            return table.InitScore;
        }

        double[] raw = earlier.Predict(columns, PredictionKind.Raw, threads: parameters.NumThreads);
        int classes = earlier.NumberOfClasses;
        var start = new double[raw.Length];
        for (int row = 0; row < table.Rows; row++)
        {
            for (int k = 0; k < classes; k++)
            {
                start[(k * table.Rows) + row] = raw[(row * classes) + k];
            }
        }

        return start;
    }

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
