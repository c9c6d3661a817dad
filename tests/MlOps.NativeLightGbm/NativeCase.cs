namespace MlOps.NativeLightGbm;

/// <summary>One case: trains on the rows that it is given, predicts others, and predicts them by a model that another wrote.</summary>
internal static unsafe class NativeCase
{
    // As C_API_PREDICT_… has them: probabilities or values, raw scores, leaf numbers, contributions.
    private const int Kinds = 4;

    public static void Answer(BinaryReader input, BinaryWriter output)
    {
        var (parameters, rounds) = (input.ReadString(), input.ReadInt32());
        var (rows, tested, columns) = (input.ReadInt32(), input.ReadInt32(), input.ReadInt32());
        var (data, label, weight, test) = (Doubles(input, rows * columns), Floats(input, rows), Floats(input, input.ReadInt32()), Doubles(input, tested * columns));
        var other = input.ReadString();
        string text;
        double[][] own, others;
        try
        {
            text = Train(parameters, rounds, data, rows, columns, label, weight, test, tested, out own);
            others = Predict(other, test, tested, columns);
        }
        catch (InvalidOperationException e)
        {
            output.Write(false);
            output.Write(e.Message);
            return;
        }

        output.Write(true);
        output.Write(text);
        foreach (var values in own.Concat(others))
        {
            output.Write(values.Length);
            foreach (var value in values)
            {
                output.Write(value);
            }
        }
    }

    private static string Train(
        string parameters, int rounds, double[] data, int rows, int columns, float[] label, float[] weight, double[] test, int tested, out double[][] predictions)
    {
        nint dataset, booster;
        fixed (double* values = data)
        {
            NativeApi.Check(NativeApi.LGBM_DatasetCreateFromMat(values, NativeApi.Float64, rows, columns, 1, parameters, 0, out dataset));
        }

        fixed (float* values = label)
        {
            NativeApi.Check(NativeApi.LGBM_DatasetSetField(dataset, "label", values, rows, NativeApi.Float32));
        }

        if (weight.Length > 0)
        {
            fixed (float* values = weight)
            {
                NativeApi.Check(NativeApi.LGBM_DatasetSetField(dataset, "weight", values, rows, NativeApi.Float32));
            }
        }

        NativeApi.Check(NativeApi.LGBM_BoosterCreate(dataset, parameters, out booster));
        for (var round = 0; round < rounds; round++)
        {
            NativeApi.Check(NativeApi.LGBM_BoosterUpdateOneIter(booster, out var finished));
            if (finished != 0)
            {
                break;
            }
        }

        var text = NativeApi.Text(booster);
        predictions = Predict(booster, test, tested, columns);
        NativeApi.Check(NativeApi.LGBM_BoosterFree(booster));
        NativeApi.Check(NativeApi.LGBM_DatasetFree(dataset));
        return text;
    }

    private static double[][] Predict(string model, double[] test, int rows, int columns)
    {
        NativeApi.Check(NativeApi.LGBM_BoosterLoadModelFromString(model, out _, out var booster));
        var predictions = Predict(booster, test, rows, columns);
        NativeApi.Check(NativeApi.LGBM_BoosterFree(booster));
        return predictions;
    }

    private static double[][] Predict(nint booster, double[] test, int rows, int columns)
    {
        var all = new double[Kinds][];
        for (var kind = 0; kind < Kinds; kind++)
        {
            NativeApi.Check(NativeApi.LGBM_BoosterCalcNumPredict(booster, rows, kind, 0, -1, out var length));
            all[kind] = new double[length];
            fixed (double* values = test)
            fixed (double* result = all[kind])
            {
                NativeApi.Check(NativeApi.LGBM_BoosterPredictForMat(booster, values, NativeApi.Float64, rows, columns, 1, kind, 0, -1, "num_threads=1", out _, result));
            }
        }

        return all;
    }

    private static double[] Doubles(BinaryReader input, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = input.ReadDouble();
        }

        return values;
    }

    private static float[] Floats(BinaryReader input, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = input.ReadSingle();
        }

        return values;
    }
}
