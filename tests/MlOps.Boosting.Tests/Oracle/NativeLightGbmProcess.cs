using System.Diagnostics;
using System.Text;
using MlOps.Testing;

namespace MlOps.Boosting.Tests.Oracle;

/// <summary>What native LightGBM says of a case; what it refused has a problem alone.</summary>
/// <param name="Problem">Why it did not train or read; <see langword="null"/> where it did.</param>
/// <param name="ModelText">Its model.</param>
/// <param name="Own">Its model's predictions, by kind: probability or value, raw score, leaf, contributions.</param>
/// <param name="Others">Predictions of the model that it was given as text.</param>
internal sealed record NativeAnswer(string? Problem, string ModelText, double[][] Own, double[][] Others);

/// <summary>Native LightGBM in a process of its own, because it can end the one it is in.</summary>
internal sealed class NativeLightGbmProcess : IDisposable
{
    private readonly Process _process;
    private readonly BinaryReader _reader;
    private readonly BinaryWriter _writer;

    private NativeLightGbmProcess()
    {
        _process = Start();
        _reader = new BinaryReader(new BufferedStream(_process.StandardOutput.BaseStream), Encoding.UTF8);
        _writer = new BinaryWriter(new BufferedStream(_process.StandardInput.BaseStream), Encoding.UTF8);
    }

    /// <summary>Starts it; installs what it needs of the system where that is missing and may be, else skips the calling test with the reason.</summary>
    public static NativeLightGbmProcess Open()
    {
        if (Problem() is { } missing && (DebianPackage.Install("libgomp1") is { } reason || (reason = Problem()) is not null))
        {
            Assert.Skip($"native LightGBM cannot be loaded here: {missing} {reason}");
        }

        return new NativeLightGbmProcess();
    }

    public NativeAnswer Ask(OracleCase asked, string modelText)
    {
        _writer.Write(true);
        _writer.Write(asked.Text);
        _writer.Write(asked.Rounds);
        _writer.Write(asked.Label.Length);
        _writer.Write(asked.Test[0].Length);
        _writer.Write(asked.Columns.Length);
        Write(asked.Columns);
        Array.ForEach(asked.Label, _writer.Write);
        _writer.Write(asked.Weight?.Length ?? 0);
        Array.ForEach(asked.Weight ?? [], _writer.Write);
        Write(asked.Test);
        _writer.Write(modelText);
        _writer.Flush();
        if (!_reader.ReadBoolean())
        {
            return new NativeAnswer(_reader.ReadString(), "", [], []);
        }

        var text = _reader.ReadString();
        double[][] all = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, _reader.ReadInt32()).Select(_ => _reader.ReadDouble()).ToArray())];
        return new NativeAnswer(null, text, all[..4], all[4..]);
    }

    public void Dispose()
    {
        // The end of its input ends it.
        try
        {
            _writer.Write(false);
            _writer.Flush();
            _process.WaitForExit(5000);
        }
        catch (IOException)
        {
            // It has ended itself.
        }

        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Write(double[][] columns)
    {
        for (var i = 0; i < columns[0].Length; i++)
        {
            foreach (var column in columns)
            {
                _writer.Write(column[i]);
            }
        }
    }

    private static Process Start(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MlOps.NativeLightGbm.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = "1", ["OMP_WAIT_POLICY"] = "passive" },
        })!;
        // What it warns of is read, so that it never waits for a reader, and said to nobody: its refusals come as answers.
        process.BeginErrorReadLine();
        return process;
    }

    private static string? Problem()
    {
        using var check = Start("check");
        check.StandardInput.Close();
        var said = check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        return check.ExitCode == 0 ? null : said.Trim();
    }
}
