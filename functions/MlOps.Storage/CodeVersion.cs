using System.Reflection;

namespace MlOps.Storage;

/// <summary>Version of this program, as it is written into lineage.</summary>
public static class CodeVersion
{
    /// <summary>The version, with the source revision where the build knew it.</summary>
    public static string Current { get; } =
        typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
