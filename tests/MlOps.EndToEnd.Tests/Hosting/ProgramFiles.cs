using System.Buffers.Binary;
using System.Reflection.PortableExecutable;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>For which processors the files of a published folder are.</summary>
internal static class ProgramFiles
{
    // What the compiler ahead of time mixes into the processor's number for Linux (dotnet/runtime, docs/design/coreclr/botr/readytorun-format.md).
    private const ushort Linux = 0x7B79;

    /// <summary>Files with code for a processor, by their path in the folder: <c>x64</c>, <c>arm64</c>, or what else they say. Code for any processor is left out.</summary>
    public static IReadOnlyDictionary<string, string> ProcessorsOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => (Name: Path.GetRelativePath(folder, file), Processor: ProcessorOf(file)))
        .Where(file => file.Processor is not null)
        .ToDictionary(file => file.Name, file => file.Processor!);

    private static string? ProcessorOf(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> head = stackalloc byte[20];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }

        stream.Position = 0;
        return head[..4].SequenceEqual("\u007fELF"u8) ? Elf(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]))
            : head[..2].SequenceEqual("MZ"u8) ? Managed(stream)
            : BinaryPrimitives.ReadUInt32LittleEndian(head) is 0xFEEDFACF or 0xBEBAFECA ? "macOS" : null;
    }

    private static string Elf(ushort machine) => machine switch { 62 => "x64", 183 => "arm64", _ => $"ELF machine {machine}" };

    private static string? Managed(Stream stream)
    {
        using var file = new PEReader(stream);
        var headers = file.PEHeaders;
        if (headers.CorHeader is not { } managed)
        {
            return "Windows";
        }

        var machine = (ushort)headers.CoffHeader.Machine;
        return managed.ManagedNativeHeaderDirectory.Size == 0 ? null : (Machine)(machine ^ Linux) switch
        {
            Machine.Amd64 => "x64",
            Machine.Arm64 => "arm64",
            _ => $"compiled for another system, machine 0x{machine:X}",
        };
    }
}
