using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drafts;

/// <summary>A draft as the text of a definition file, with comments that say what was guessed.</summary>
public static partial class DraftYaml
{
    // For people: '>50K' as it stands in the file.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="language">Language of the comments.</param>
    public static string Write(DefinitionDraft draft, string language = Sentences.English)
    {
        ArgumentNullException.ThrowIfNull(draft);
        string Said(string code, params ReadOnlySpan<(string, object)> arguments) => Word(Sentence.Of(code, arguments), language);
        var yaml = new StringBuilder();
        yaml.Append($"# {Said("draft-head", ("pipeline", draft.Name), ("file", Comment(draft.Source)), ("rows", draft.Rows), ("columns", draft.Columns.Count))}\n");
        yaml.Append($"task: {draft.Task.ToString().ToLowerInvariant()}{(draft.TaskSaid is { } why ? $"    # {Word(why, language)}" : "")}\n");
        yaml.Append($"label: {Scalar(draft.Label)}{LabelComment(draft, language)}\n");
        if (draft.Positive is { } positive)
        {
            yaml.Append($"positive: {Scalar(positive)}    # {Said("draft-positive")}\n");
        }

        AppendMarkers(yaml, draft, language);
        AppendSpellings(yaml, draft, language);
        yaml.Append(
            draft.Id is { } id ? $"id: {Scalar(id)}\n"
            : draft.IdCandidate is { } candidate ? $"# id: {Scalar(candidate)}    # {Said("draft-id-maybe")}\n"
            : $"# id: NAME    # {Said("draft-id-none")}\n");
        if (draft.Time is { } time)
        {
            yaml.Append(time.IsSure ? $"time: {Scalar(time.Column)}    # {Said("draft-time-sure", ("reason", time.Said))}\n" : $"# time: {Scalar(time.Column)}    # {Said("draft-time-maybe", ("reason", time.Said))}\n");
        }

        yaml.Append($"features: all    # {Said("draft-features")}\n");
        if (draft.Exclude.Count > 0)
        {
            yaml.Append("exclude:\n");
            foreach (var left in draft.Exclude)
            {
                yaml.Append($"  - {Scalar(left.Name)}    # {Word(left.Said, language)}\n");
            }
        }

        AppendCsv(yaml, draft, language);
        return yaml.ToString();
    }

    // Nothing from a file may begin another line.
    private static string Word(Sentence said, string language) => Line(Sentences.Word(said, language));

    private static void AppendMarkers(StringBuilder yaml, DefinitionDraft draft, string language)
    {
        foreach (var (text, count) in draft.Markers)
        {
            var isClass = draft.Classes.Any(c => c.Text == text);
            var setting = $"csv: {{columns: {{{Scalar(draft.Label)}: {{missing: [{(isClass ? JsonSerializer.Serialize(text, Readable) : "")}]}}}}}}";
            (string, object)[] facts = [("text", Comment(text)), ("rows", count), ("setting", setting)];
            yaml.Append($"# {Word(isClass ? Sentence.Of("draft-marker-class", facts) : Sentence.Of("draft-marker-missing", facts), language)}\n");
        }
    }

    private static void AppendSpellings(StringBuilder yaml, DefinitionDraft draft, string language)
    {
        foreach (var spelling in draft.Spellings)
        {
            yaml.Append($"# {Word(spelling, language)}\n");
        }
    }

    private static void AppendCsv(StringBuilder yaml, DefinitionDraft draft, string language)
    {
        string[] lines =
        [
            .. draft.Delimiter == ',' ? Array.Empty<string>() : [$"  delimiter: {(draft.Delimiter == '\t' ? "tab" : Scalar(draft.Delimiter.ToString()))}"],
            .. draft.Writing.Lines(Scalar, said => Sentences.Word(said, language)).Select(Line),
        ];
        if (lines.Length > 0)
        {
            yaml.Append(Array.TrueForAll(lines, l => l.StartsWith('#')) ? "# csv:\n" : "csv:\n").AppendJoin('\n', lines).Append('\n');
        }
    }

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));

    /// <summary>A text as YAML: plain where that is safe, else in double quotes, whose escapes are those of JSON.</summary>
    private static string Scalar(string text) => PlainText().IsMatch(text) && !Reserved().IsMatch(text) ? text : JsonSerializer.Serialize(text, Readable);

    private static string LabelComment(DefinitionDraft draft, string language)
    {
        object values = draft.Classes.Count > 0
            ? string.Join(", ", draft.Classes.Take(5).Select(c => $"{Comment(c.Text)}: {c.Count}")) + (draft.Classes.Count > 5 ? ", …" : "")
            : Sentence.Of("draft-quantity");
        return $"    # {(draft.LabelGuessed ? Word(Sentence.Of("draft-guessed", ("values", values)), language) : values is Sentence said ? Word(said, language) : values)}";
    }

    // A comment ends with its line; nothing from a file may begin another one.
    private static string Comment(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));
        return line.Length <= 60 ? line : line[..60] + "…";
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.\-]*( [A-Za-z0-9_.\-]+)*$")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"^(?i:true|false|yes|no|on|off|y|n|null|\.nan|\.inf)$")]
    private static partial Regex Reserved();
}
