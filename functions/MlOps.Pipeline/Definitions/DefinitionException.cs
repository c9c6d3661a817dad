using System.Globalization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Definitions;

/// <summary>One thing that is wrong in a definition.</summary>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
/// <param name="Said">The same as a sentence, which the page words in the reader's language; <see langword="null"/> where a library speaks.</param>
public sealed record DefinitionError(long Line, long Column, string Message, Sentence? Said = null)
{
    /// <summary>An error whose message is a sentence.</summary>
    /// <param name="line">1-based line.</param>
    /// <param name="column">1-based column.</param>
    /// <param name="said">What is wrong and what to write instead.</param>
    public static DefinitionError Of(long line, long column, Sentence said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return new(line, column, said.ToString(), said);
    }
}

/// <summary>A definition that cannot be used. The message lists every error as <c>file(line,column): text</c>.</summary>
public sealed class DefinitionException : Exception
{
    /// <summary>Collects the errors of one file.</summary>
    /// <param name="fileName">Name of the file.</param>
    /// <param name="errors">At least one error.</param>
    public DefinitionException(string fileName, IReadOnlyList<DefinitionError> errors)
        : base(string.Join(Environment.NewLine, errors.Select(e =>
            string.Create(CultureInfo.InvariantCulture, $"{fileName}({e.Line},{e.Column}): {e.Message}"))))
    {
        FileName = fileName;
        Errors = errors;
    }

    /// <summary>Name of the file.</summary>
    public string FileName { get; }

    /// <summary>Every error, in order of place.</summary>
    public IReadOnlyList<DefinitionError> Errors { get; }
}
