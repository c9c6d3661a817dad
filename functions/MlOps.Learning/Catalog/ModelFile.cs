using System.Runtime.CompilerServices;
using MlOps.Boosting;
using MlOps.Learning.Boosted;
using MlOps.Learning.Learners;
using MlOps.Learning.MlNet;

namespace MlOps.Learning.Catalog;

/// <summary>Models in files, whatever learner made them.</summary>
public static class ModelFile
{
    /// <summary>Reads LightGBM's text or ML.NET's zip.</summary>
    /// <param name="stream">Source, which need not be seekable.</param>
    /// <exception cref="InvalidDataException">It is neither, or damaged.</exception>
    public static LearnedModel Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var content = new MemoryStream();
        stream.CopyTo(content);
        content.Position = 0;
        // A zip begins with the initials of its inventor.
        return content.Length > 2 && content.ReadByte() == 'P' && content.ReadByte() == 'K' ? OfMlNet(Rewound(content)) : new BoostedModel(Booster.Load(Rewound(content)));
    }

    private static MemoryStream Rewound(MemoryStream stream)
    {
        stream.Position = 0;
        return stream;
    }

    // A method of its own: compiling it loads ML.NET.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LearnedModel OfMlNet(MemoryStream zip) => MlNetModel.Load(zip);
}
