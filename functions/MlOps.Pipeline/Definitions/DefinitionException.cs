using System.Globalization;

namespace MlOps.Pipeline.Definitions;

/// <summary>One thing that is wrong in a definition.</summary>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
public sealed record DefinitionError(long Line, long Column, string Message);

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
