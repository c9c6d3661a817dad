using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MlOps.Learning.Learners;
using MlOps.Learning.MlNet;

namespace MlOps.Learning.Catalog;

/// <summary>Makes learners by name.</summary>
public static class LearnerCatalog
{
    /// <summary>A learner of <see cref="KnownLearners"/>.</summary>
    /// <param name="name">Name.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static ILearner Create(string name) =>
        OfMlNet(KnownLearners.Find(name) ?? throw new ArgumentException($"'{name}' is no learner of ML.NET.", nameof(name)));

    // A method of its own: compiling it loads ML.NET, which a program that asks for none of its learners shall not wait for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ILearner OfMlNet(LearnerKind kind) => new MlNetLearner(kind, RuntimeInformation.ProcessArchitecture);
}
