using System.Runtime.InteropServices;

namespace MlOps.Boosting.Machine;

/// <summary>
/// Asks Linux to back a block of memory by pages of 2 MiB: rows of a leaf are scattered over megabytes, and with pages
/// of 4 KiB the processor looks up nearly every one of them anew. A hint only; elsewhere nothing happens.
/// </summary>
internal static unsafe class LargePages
{
    /// <summary>Bytes of a large page, to which a block must be aligned to gain from it.</summary>
    public const int Size = 2 << 20;

    private const int AdviceHugePage = 14;

    /// <summary>Whether a block of so many bytes fills large pages without wasting more than an eighth of one.</summary>
    /// <param name="bytes">Length of the block.</param>
    public static bool Suit(nuint bytes) => OperatingSystem.IsLinux() && bytes >= Size / 8 * 7;

    /// <summary>Gives the hint for a block that starts at a large page.</summary>
    /// <param name="block">Start, aligned to <see cref="Size"/>.</param>
    /// <param name="bytes">Length; a last page that is not nearly full keeps small pages.</param>
    public static void Advise(void* block, nuint bytes)
    {
        try
        {
            _ = MAdvise(block, (bytes + (Size / 8)) / Size * Size, AdviceHugePage);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // Without the hint everything works all the same.
        }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MAdvise(void* address, nuint length, int advice);
}
