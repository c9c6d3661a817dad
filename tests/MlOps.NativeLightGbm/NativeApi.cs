using System.Runtime.InteropServices;
using System.Text;

namespace MlOps.NativeLightGbm;

/// <summary>What is used of LightGBM's C API (include/LightGBM/c_api.h).</summary>
internal static unsafe class NativeApi
{
    public const int Float32 = 0;
    public const int Float64 = 1;
    public const int Int64 = 3;

    private const string Library = "lib_lightgbm";

    [DllImport(Library)]
    public static extern int LGBM_DatasetCreateFromMat(void* data, int type, int rows, int columns, int rowMajor, string parameters, nint reference, out nint dataset);

    [DllImport(Library)]
    public static extern int LGBM_DatasetCreateFromCSC(
        void* starts, int startType, int* rowNumbers, void* data, int type, long startCount, long elements, long rows, string parameters, nint reference, out nint dataset);

    [DllImport(Library)]
    public static extern int LGBM_BoosterPredictForMatSingleRowFastInit(
        nint booster, int kind, int start, int count, int type, int columns, string parameters, out nint prepared);

    [DllImport(Library)]
    public static extern int LGBM_BoosterPredictForMatSingleRowFast(nint prepared, void* data, out long length, double* result);

    [DllImport(Library)]
    public static extern int LGBM_FastConfigFree(nint prepared);

    [DllImport(Library)]
    public static extern int LGBM_DatasetSetField(nint dataset, string name, void* data, int count, int type);

    [DllImport(Library)]
    public static extern int LGBM_DatasetFree(nint dataset);

    [DllImport(Library)]
    public static extern int LGBM_BoosterCreate(nint dataset, string parameters, out nint booster);

    [DllImport(Library)]
    public static extern int LGBM_BoosterFree(nint booster);

    [DllImport(Library)]
    public static extern int LGBM_BoosterUpdateOneIter(nint booster, out int finished);

    [DllImport(Library)]
    public static extern int LGBM_BoosterLoadModelFromString(string text, out int iterations, out nint booster);

    [DllImport(Library)]
    public static extern int LGBM_BoosterPredictForMat(
        nint booster, void* data, int type, int rows, int columns, int rowMajor, int kind, int start, int count, string parameters, out long length, double* result);

    [DllImport(Library)]
    public static extern int LGBM_BoosterCalcNumPredict(nint booster, int rows, int kind, int start, int count, out long length);

    /// <summary>The model as text.</summary>
    public static string Text(nint booster)
    {
        Check(LGBM_BoosterSaveModelToString(booster, 0, -1, 0, 0, out var length, null));
        var text = new byte[length];
        fixed (byte* to = text)
        {
            Check(LGBM_BoosterSaveModelToString(booster, 0, -1, 0, length, out length, to));
        }

        return Encoding.UTF8.GetString(text, 0, (int)length - 1);
    }

    /// <summary>Throws what LightGBM says of a call that failed.</summary>
    public static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(LGBM_GetLastError()));
        }
    }

    [DllImport(Library)]
    private static extern nint LGBM_GetLastError();

    [DllImport(Library)]
    private static extern int LGBM_BoosterSaveModelToString(nint booster, int start, int count, int importance, long size, out long length, byte* text);
}
