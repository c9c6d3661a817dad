using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.Pipeline.Drafts;

/// <summary>A draft as the text of a definition file, with comments that say what was guessed.</summary>
public static partial class DraftYaml
{
    // For people: '>50K' as it stands in the file.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it.</summary>
    /// <param name="draft">The draft.</param>
    public static string Write(DefinitionDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var yaml = new StringBuilder();
        yaml.Append($"# Pipeline '{draft.Name}', drafted from {Comment(draft.Source)}: {draft.Rows} rows, {draft.Columns.Count} columns. Read it, correct it.\n");
        yaml.Append($"task: {draft.Task.ToString().ToLowerInvariant()}{(draft.TaskReason is { } why ? $"    # {why}" : "")}\n");
        yaml.Append($"label: {Scalar(draft.Label)}{LabelComment(draft)}\n");
        if (draft.Positive is { } positive)
        {
            yaml.Append($"positive: {Scalar(positive)}    # the rarer of the two; change it if the other one is what you look for\n");
        }

        AppendMarkers(yaml, draft);
        AppendSpellings(yaml, draft);
        yaml.Append(
            draft.Id is { } id ? $"id: {Scalar(id)}\n"
            : draft.IdCandidate is { } candidate ? $"# id: {Scalar(candidate)}    # each of its cells is another one: take off the # if it names the rows; without it the row number is the id\n"
            : "# id: NAME    # no column tells the rows apart; the row number is the id\n");
        if (draft.Time is { } time)
        {
            yaml.Append(time.IsSure
                ? $"time: {Scalar(time.Column)}    # {time.Reason}: the last periods are predicted from those before, to tell what to expect; take this line out if it is not of when a row was\n"
                : $"# time: {Scalar(time.Column)}    # {time.Reason}: take off the # if it says of when a row was; the last periods are then predicted from those before, to tell what to expect\n");
        }

        yaml.Append("features: all    # every column but id, label and those under 'exclude'\n");
        if (draft.Exclude.Count > 0)
        {
            yaml.Append("exclude:\n");
            foreach (var left in draft.Exclude)
            {
                yaml.Append($"  - {Scalar(left.Name)}    # {Line(left.Reason)}\n");
            }
        }

        AppendCsv(yaml, draft);
        return yaml.ToString();
    }

    private static void AppendMarkers(StringBuilder yaml, DefinitionDraft draft)
    {
        foreach (var (text, count) in draft.Markers)
        {
            var isClass = draft.Classes.Any(c => c.Text == text);
            yaml.Append(isClass
                ? $"# '{Comment(text)}' ({count} rows) is taken for a class of the label. If it means a missing label, write csv: {{columns: {{{Scalar(draft.Label)}: {{missing: [{JsonSerializer.Serialize(text, Readable)}]}}}}}}\n"
                : $"# '{Comment(text)}' ({count} rows) is taken for a missing label. If it is a class, write csv: {{columns: {{{Scalar(draft.Label)}: {{missing: []}}}}}}, and task: multiclass\n");
        }
    }

    private static void AppendSpellings(StringBuilder yaml, DefinitionDraft draft)
    {
        foreach (var spelling in draft.Spellings)
        {
            yaml.Append($"# {Line(spelling)}\n");
        }
    }

    private static void AppendCsv(StringBuilder yaml, DefinitionDraft draft)
    {
        string[] lines =
        [
            .. draft.Delimiter == ',' ? Array.Empty<string>() : [$"  delimiter: {(draft.Delimiter == '\t' ? "tab" : Scalar(draft.Delimiter.ToString()))}"],
            .. draft.Writing.Lines(Scalar).Select(Line),
        ];
        if (lines.Length > 0)
        {
            yaml.Append(Array.TrueForAll(lines, l => l.StartsWith('#')) ? "# csv:\n" : "csv:\n").AppendJoin('\n', lines).Append('\n');
        }
    }

    // Nothing from a file may begin another line.
    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));

    /// <summary>A text as YAML: plain where that is safe, else in double quotes, whose escapes are those of JSON.</summary>
    private static string Scalar(string text) => PlainText().IsMatch(text) && !Reserved().IsMatch(text) ? text : JsonSerializer.Serialize(text, Readable);

    private static string LabelComment(DefinitionDraft draft)
    {
        var values = draft.Classes.Count > 0 ? string.Join(", ", draft.Classes.Take(5).Select(c => $"{Comment(c.Text)}: {c.Count}")) : "a quantity";
        return $"    # {(draft.LabelGuessed ? "guessed; " : "")}{values}{(draft.Classes.Count > 5 ? ", …" : "")}";
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
