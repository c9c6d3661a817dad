using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace MlOps.NativeLightGbm;

/// <summary>
/// How long native LightGBM takes for a file of doubles, feature after feature and the label last: binning of the whole matrix and of its non-zero values by column,
/// training, prediction of all rows, and of one row by its fast call. One line of JSON; the process sets OMP_WAIT_POLICY before it starts.
/// </summary>
internal static unsafe class NativeTiming
{
    public static void Run(string file, int rows, int features, int leaves, int rounds, int threads)
    {
        var columns = new double[(long)rows * features];
        var label = new float[rows];
        Read(file, columns, label);
        var settings = $"objective=binary num_leaves={leaves} learning_rate=0.1 max_bin=255 min_data_in_leaf=20 num_threads={threads} metric=none verbosity=-1";
        nint dataset = 0;
        double binning, sparseBinning;
        fixed (double* values = columns)
        {
            var from = values;
            (binning, _) = Time(() => NativeApi.Check(NativeApi.LGBM_DatasetCreateFromMat(from, NativeApi.Float64, rows, features, 0, settings, 0, out dataset)));
        }

        sparseBinning = BinSparse(columns, rows, features, settings);
        fixed (float* values = label)
        {
            NativeApi.Check(NativeApi.LGBM_DatasetSetField(dataset, "label", values, rows, NativeApi.Float32));
        }

        NativeApi.Check(NativeApi.LGBM_BoosterFree(Train(dataset, settings, 1)));
        nint booster = 0;
        var trainings = new (double, double)[2];
        for (var i = 0; i < trainings.Length; i++)
        {
            if (booster != 0)
            {
                NativeApi.Check(NativeApi.LGBM_BoosterFree(booster));
            }

            trainings[i] = Time(() => booster = Train(dataset, settings, rounds));
        }

        // The layout that it reads fastest: row after row.
        var matrix = new double[columns.LongLength];
        for (var c = 0; c < features; c++)
        {
            for (var i = 0; i < rows; i++)
            {
                matrix[((long)i * features) + c] = columns[((long)c * rows) + i];
            }
        }

        var predictions = new double[rows];
        var times = new (double, double)[6];
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = Time(() => Predict(booster, matrix, rows, features, threads, predictions));
        }

        var (training, trainingCpu) = trainings.Min();
        var (predicting, predictingCpu) = times[1..].Order().ElementAt(2);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            learner = "LightGBM",
            leaves,
            threads,
            rounds,
            binning_seconds = binning,
            sparse_binning_seconds = sparseBinning,
            training_seconds = training,
            training_cpu_seconds = trainingCpu,
            predict_rows_per_second = rows / predicting,
            predict_rows_per_cpu_second = rows / predictingCpu,
            one_row_microseconds = OneRow(booster, matrix, rows, features),
            peak_memory_mb = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0),
            predictions_sha256 = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(predictions.AsSpan()))),
        }));
    }

    private static void Read(string file, double[] columns, float[] label)
    {
        using var stream = File.OpenRead(file);
        var part = new double[label.Length];
        for (long at = 0; at < columns.LongLength; at += part.Length)
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
            Array.Copy(part, 0, columns, at, part.Length);
        }

        stream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
        for (var i = 0; i < label.Length; i++)
        {
            label[i] = (float)part[i];
        }
    }

    private static double BinSparse(double[] columns, int rows, int features, string settings)
    {
        var starts = new long[features + 1];
        var numbers = new List<int>();
        var values = new List<double>();
        for (var c = 0; c < features; c++)
        {
            for (var i = 0; i < rows; i++)
            {
                if (columns[((long)c * rows) + i] is var value && value != 0)
                {
                    numbers.Add(i);
                    values.Add(value);
                }
            }

            starts[c + 1] = values.Count;
        }

        nint dataset = 0;
        double seconds;
        fixed (long* first = starts)
        fixed (int* number = CollectionsMarshal.AsSpan(numbers))
        fixed (double* value = CollectionsMarshal.AsSpan(values))
        {
            var a = first;
            var b = number;
            var c = value;
            (seconds, _) = Time(() => NativeApi.Check(
                NativeApi.LGBM_DatasetCreateFromCSC(a, NativeApi.Int64, b, c, NativeApi.Float64, features + 1, values.Count, rows, settings, 0, out dataset)));
        }

        NativeApi.Check(NativeApi.LGBM_DatasetFree(dataset));
        return seconds;
    }

    private static nint Train(nint dataset, string settings, int rounds)
    {
        NativeApi.Check(NativeApi.LGBM_BoosterCreate(dataset, settings, out var booster));
        for (var round = 0; round < rounds; round++)
        {
            NativeApi.Check(NativeApi.LGBM_BoosterUpdateOneIter(booster, out _));
        }

        return booster;
    }

    private static void Predict(nint booster, double[] matrix, int rows, int features, int threads, double[] predictions)
    {
        fixed (double* values = matrix)
        fixed (double* result = predictions)
        {
            NativeApi.Check(NativeApi.LGBM_BoosterPredictForMat(booster, values, NativeApi.Float64, rows, features, 1, 0, 0, -1, $"num_threads={threads}", out _, result));
        }
    }

    private static double OneRow(nint booster, double[] matrix, int rows, int features)
    {
        NativeApi.Check(NativeApi.LGBM_BoosterPredictForMatSingleRowFastInit(booster, 0, 0, -1, NativeApi.Float64, features, "num_threads=1", out var prepared));
        var calls = Math.Min(rows, 20_000);
        double result;
        var seconds = double.PositiveInfinity;
        fixed (double* values = matrix)
        {
            for (var repeat = 0; repeat < 3; repeat++)
            {
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < calls; i++)
                {
                    NativeApi.Check(NativeApi.LGBM_BoosterPredictForMatSingleRowFast(prepared, values + ((long)i * features), out _, &result));
                }

                seconds = Math.Min(seconds, clock.Elapsed.TotalSeconds);
            }
        }

        NativeApi.Check(NativeApi.LGBM_FastConfigFree(prepared));
        return 1e6 * seconds / calls;
    }

    private static (double Seconds, double Cpu) Time(Action action)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        action();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
