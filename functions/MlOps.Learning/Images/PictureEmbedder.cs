using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using MlOps.Learning.Learners;

namespace MlOps.Learning.Images;

/// <summary>
/// Turns pictures into numbers by ResNet-18 (He et al. 2016, arXiv:1512.03385) without its last layer, as trained on ImageNet by the package
/// Microsoft.ML.DnnImageFeaturizer.ResNet18. May be used by many threads at once: each picture is computed by one thread alone, so that its numbers never
/// depend on how many there are.
/// </summary>
public sealed class PictureEmbedder : IDisposable
{
    private const string Learner = "resnet18";
    private const int Side = 224;
    private const int Channels = 3;

    // A large picture takes hundreds of megabytes while it is decoded: one such at a time.
    private const int LargePixels = 4_000_000;

    private readonly SemaphoreSlim _large = new(1);
    private readonly Lazy<(InferenceSession Preparation, InferenceSession Network)> _sessions;

    /// <summary>Makes an embedder; nothing is loaded before the first picture.</summary>
    /// <param name="folder">Folder with <c>ResNetPreprocess.onnx</c> and <c>ResNet18.onnx</c>; default where the program is.</param>
    public PictureEmbedder(string? folder = null) => _sessions = new(() => Load(folder ?? Path.Combine(AppContext.BaseDirectory, "resnet18")));

    /// <summary>Decodes, measures and embeds a picture.</summary>
    /// <param name="bytes">A JPEG or PNG file.</param>
    /// <exception cref="PictureException">It is no picture, too large or damaged; says which.</exception>
    /// <exception cref="LearnerException">The network cannot run on this machine; says what is missing.</exception>
    public PictureFacts Embed(byte[] bytes)
    {
        var header = PictureStructure.Read(bytes);
        var isLarge = (long)header.Width * header.Height > LargePixels;
        if (isLarge)
        {
            _large.Wait();
        }

        try
        {
            var picture = Picture.Decode(bytes);
            var square = Resampling.Square(picture, Side);
            return new PictureFacts(PictureStatistics.Of(picture, square, Side), Embed(square), Thumbnail.Of(picture));
        }
        finally
        {
            if (isLarge)
            {
                _large.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_sessions.IsValueCreated)
        {
            _sessions.Value.Preparation.Dispose();
            _sessions.Value.Network.Dispose();
        }

        _large.Dispose();
    }

    private float[] Embed(float[] square)
    {
        // The network wants a plane a colour; its own first graph subtracts the mean of what it was trained on.
        var planes = new float[square.Length];
        for (var i = 0; i < Side * Side; i++)
        {
            for (var c = 0; c < Channels; c++)
            {
                planes[(c * Side * Side) + i] = square[(i * Channels) + c];
            }
        }

        var (preparation, network) = _sessions.Value;
        var embedding = Run(network, Run(preparation, planes));
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = (float)Math.Round(embedding[i], PictureFacts.Decimals);
        }

        return embedding;
    }

    private static float[] Run(InferenceSession session, float[] input)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(input, [1, Channels, Side, Side]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, session.InputNames, [value], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static (InferenceSession, InferenceSession) Load(string folder)
    {
        using var options = Options();
        InferenceSession Open(string file)
        {
            var path = Path.Combine(folder, file);
            return File.Exists(path)
                ? new InferenceSession(path, options)
                : throw new LearnerException(Learner, LearnerProblem.Machine, $"The network that looks at pictures is not beside the program: {path} is missing. Build or install the program anew.");
        }

        return (Open("ResNetPreprocess.onnx"), Open("ResNet18.onnx"));
    }

    // The first that is asked of OnnxRuntime, which loads its native library.
    private static SessionOptions Options()
    {
        try
        {
            return new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new LearnerException(
                Learner, LearnerProblem.Machine,
                $"OnnxRuntime, which runs the network that looks at pictures, has no form for this machine ({RuntimeInformation.RuntimeIdentifier}), or it is not beside the program.", e);
        }
    }
}
