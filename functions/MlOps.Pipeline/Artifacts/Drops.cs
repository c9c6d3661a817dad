using System.Text.Json.Serialization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Artifacts;

/// <summary>A drop as its event names it.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
/// <param name="BlobName">Name of the blob in the input container, <c>{pipeline}/{period}.csv</c>.</param>
/// <param name="ETag">ETag of the blob's version.</param>
public sealed record DropReference(string Pipeline, string Period, string BlobName, string ETag);

/// <summary>An accepted drop, pinned by content: its bytes are at <c>artifacts/{pipeline}/drops/{sha256}.csv</c>.</summary>
/// <param name="Period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
/// <param name="BlobName">Name that the blob had in the input container.</param>
/// <param name="ETag">ETag that the blob had.</param>
/// <param name="Sha256">SHA-256 of the bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Revision">1 for the first bytes of a period, 2 for the next, and so on.</param>
/// <param name="Sides">Files of side tables that it is joined with, by source and period; <see langword="null"/> for none.</param>
public sealed record PinnedDrop(
    string Period, string BlobName, string ETag, string Sha256, int Revision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PinnedSide>? Sides = null)
{
    /// <summary>The drop and its side files, each as its kept bytes and the name by which people know it.</summary>
    [JsonIgnore]
    public IEnumerable<(string BlobName, string Sha256, int Revision)> Files =>
        [(BlobName, Sha256, Revision), .. (Sides ?? []).Select(s => (s.BlobName, s.Sha256, s.Revision))];
}

/// <summary>An accepted file of a side table, pinned by content like a drop.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Period">Its own day, or <c>initial</c>.</param>
/// <param name="BlobName">Name that the blob had in the input container, <c>{pipeline}/{source}/{period}.csv</c>.</param>
/// <param name="ETag">ETag that the blob had.</param>
/// <param name="Sha256">SHA-256 of the bytes.</param>
/// <param name="Revision">1 for the first bytes of that name, 2 for the next, and so on.</param>
public sealed record PinnedSide(string Source, string Period, string BlobName, string ETag, string Sha256, int Revision);

/// <summary>One thing that is wrong or odd in a file, worded for the person who made the file.</summary>
/// <param name="Code">Short stable code of the kind of finding, such as <c>duplicate-id</c>.</param>
/// <param name="Line">1-based line in the file, 0 where the finding is about the whole file.</param>
/// <param name="Column">1-based column, 0 where the finding is about a whole line or file.</param>
/// <param name="ColumnName">Name of the column, where there is one.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Text">The text found there, shortened.</param>
/// <param name="Said">The message as a code with arguments, to be worded in the reader's language.</param>
public sealed record Finding(string Code, long Line, int Column, string? ColumnName, string Message, string? Text = null, Sentence? Said = null)
{
    /// <summary>The message as the argument of a sentence.</summary>
    internal object Told => (object?)Said ?? Message;

    /// <summary>A finding that a sentence words.</summary>
    /// <param name="said">The sentence; its code is the finding's.</param>
    /// <param name="columnName">Name of the column, where there is one.</param>
    /// <param name="column">1-based column.</param>
    /// <param name="line">1-based line.</param>
    /// <param name="text">The text found there.</param>
    /// <param name="code">Code of the finding where it is another one than the sentence's.</param>
    public static Finding Of(Sentence said, string? columnName = null, int column = 0, long line = 0, string? text = null, string? code = null)
    {
        ArgumentNullException.ThrowIfNull(said);
        return new(code ?? said.Code, line, column, columnName, said.ToString(), text, said);
    }
}
