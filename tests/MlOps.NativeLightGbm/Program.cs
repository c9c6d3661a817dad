using System.Text;
using MlOps.NativeLightGbm;

// Native LightGBM in a process of its own, because it can end the one it is in. Cases come on the standard input and answers go to the standard output, as
// binary numbers, until the input ends. Asked for "check" it says whether the library can be loaded; asked to "time", how long it takes for a file of numbers.
if (args is ["check"])
{
    try
    {
        NativeApi.Check(NativeApi.LGBM_BoosterLoadModelFromString("", out _, out _));
    }
    catch (InvalidOperationException)
    {
        // It answers: an empty text is no model.
    }
    catch (DllNotFoundException e)
    {
        Console.WriteLine(e.Message.ReplaceLineEndings(" "));
        return 3;
    }

    return 0;
}

if (args is ["time", var file, var rows, var features, var leaves, var rounds, var threads])
{
    NativeTiming.Run(file, int.Parse(rows), int.Parse(features), int.Parse(leaves), int.Parse(rounds), int.Parse(threads));
    return 0;
}

using var input = new BinaryReader(new BufferedStream(Console.OpenStandardInput()), Encoding.UTF8);
using var output = new BinaryWriter(new BufferedStream(Console.OpenStandardOutput()), Encoding.UTF8);
while (input.ReadBoolean())
{
    NativeCase.Answer(input, output);
    output.Flush();
}

return 0;
