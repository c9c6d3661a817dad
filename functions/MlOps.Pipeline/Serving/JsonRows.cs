using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>
/// Rows in the JSON forms that are understood: a list of objects (or <c>rows</c>, <c>dataframe_records</c>, <c>instances</c> with
/// one), <c>dataframe_split</c> with <c>columns</c> and <c>data</c>, <c>inputs</c> with a list a column
/// (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/, "Accepted input formats").
/// </summary>
public static class JsonRows
{
    private static readonly CsvWriteOptions Plain = new() { GuardFormulas = false };

    /// <summary>Reads the rows of a body; a bare NaN, which Python writes for a missing value, is null as MLflow reads it.</summary>
    /// <param name="body">The body, UTF-8.</param>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    /// <exception cref="ScoringRefusedException">The body has none of the forms, or a cell is a list or an object.</exception>
    public static ScoringBody Read(byte[] body)
    {
        ArgumentNullException.ThrowIfNull(body);
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(body);
        }
        catch (JsonException) when (BareNaN.Replace(body) is { } replaced)
        {
            json = JsonDocument.Parse(replaced);
        }

        using (json)
        {
            return Read(json.RootElement);
        }
    }

    /// <summary>Reads the rows.</summary>
    /// <param name="json">The body.</param>
    /// <exception cref="ScoringRefusedException">The body has none of the forms, or a cell is a list or an object.</exception>
    public static ScoringBody Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            return Records(json);
        }

        if (json.ValueKind == JsonValueKind.Object)
        {
            RequireOnce(json.EnumerateObject().Select(p => p.Name), Sentence.Of("body-itself"));
            foreach (var name in (string[])["rows", "dataframe_records", "instances"])
            {
                if (json.TryGetProperty(name, out var records))
                {
                    return Records(records);
                }
            }

            if (json.TryGetProperty("dataframe_split", out var split))
            {
                return Split(split);
            }

            if (json.TryGetProperty("inputs", out var inputs))
            {
                return inputs.ValueKind == JsonValueKind.Array ? Records(inputs) : Columns(inputs);
            }
        }

        throw Refused("form", Sentence.Of("body-shape"));
    }

    /// <summary>Rows of texts as a file has them, <see langword="null"/> where missing.</summary>
    internal static ScoringBody FromTexts(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var writer = new Rows([.. header]);
        foreach (var row in rows)
        {
            writer.Add(row);
        }

        return writer.End();
    }

    private static ScoringBody Records(JsonElement records)
    {
        if (records.ValueKind != JsonValueKind.Array)
        {
            throw Refused("form", Sentence.Of("body-no-list"));
        }

        var header = new List<string>();
        var place = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var record in records.EnumerateArray())
        {
            number++;
            if (record.ValueKind != JsonValueKind.Object)
            {
                throw Refused("form", Sentence.Of("body-no-object", ("row", number)), number);
            }

            var at = 0;
            foreach (var cell in record.EnumerateObject())
            {
                // Mostly the rows name the same columns in the same order; then nothing is looked up and no name is made.
                if (at < header.Count && cell.NameEquals(header[at]))
                {
                    at++;
                    continue;
                }

                if (place.TryAdd(cell.Name, header.Count))
                {
                    header.Add(cell.Name);
                }

                at = place[cell.Name] + 1;
            }
        }

        if (number == 0)
        {
            throw Empty();
        }

        var writer = new Rows(header);
        var cells = new JsonElement[header.Count];
        number = 0;
        foreach (var record in records.EnumerateArray())
        {
            number++;
            // A name that a row lacks is a missing value, as in a data frame made from such records.
            Array.Clear(cells);
            var at = 0;
            foreach (var cell in record.EnumerateObject())
            {
                at = at < header.Count && cell.NameEquals(header[at]) ? at : place[cell.Name];
                if (cells[at].ValueKind != JsonValueKind.Undefined)
                {
                    throw Twice(Sentence.Of("body-row", ("row", number)), header[at], number);
                }

                cells[at++] = cell.Value;
            }

            writer.Add(cells);
        }

        return writer.End();
    }

    private static ScoringBody Split(JsonElement split)
    {
        if (split.ValueKind != JsonValueKind.Object || !split.TryGetProperty("columns", out var columns) || columns.ValueKind != JsonValueKind.Array
            || !split.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
        {
            throw Refused("form", Sentence.Of("body-split"));
        }

        var header = columns.EnumerateArray().Select(Name).ToList();
        RequireOnce(header, Sentence.Of("body-split-columns"));
        if (data.GetArrayLength() == 0)
        {
            throw Empty();
        }

        var writer = new Rows(header);
        var number = 0;
        foreach (var row in data.EnumerateArray())
        {
            number++;
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != header.Count)
            {
                throw Refused("form", Sentence.Of("body-split-cells", ("row", number), ("columns", header.Count)), number);
            }

            writer.Add([.. row.EnumerateArray()]);
        }

        return writer.End();
    }

    private static ScoringBody Columns(JsonElement inputs)
    {
        if (inputs.ValueKind != JsonValueKind.Object || inputs.EnumerateObject().Any(c => c.Value.ValueKind != JsonValueKind.Array))
        {
            throw Refused("form", Sentence.Of("body-inputs"));
        }

        var columns = inputs.EnumerateObject().Select(c => (c.Name, Cells: c.Value.EnumerateArray().ToArray())).ToArray();
        RequireOnce(columns.Select(c => c.Name), Sentence.Of("body-inputs-names"));
        var rows = columns.Length == 0 ? 0 : columns[0].Cells.Length;
        if (rows == 0)
        {
            throw Empty();
        }

        if (Array.Find(columns, c => c.Cells.Length != rows) is { Name: { } uneven })
        {
            throw Refused("form", Sentence.Of("body-inputs-uneven", ("column", Short(uneven)), ("rows", rows)), column: uneven);
        }

        var writer = new Rows([.. columns.Select(c => c.Name)]);
        for (var row = 0; row < rows; row++)
        {
            writer.Add([.. columns.Select(c => c.Cells[row])]);
        }

        return writer.End();
    }

    private static ScoringRefusedException Empty() => Refused("no-rows", Sentence.Of("body-empty"));

    private static ScoringRefusedException Twice(Sentence where, string name, long row = 0) =>
        Refused("repeated-name", Sentence.Of("body-twice", ("where", where), ("name", Short(name))), row, name);

    private static void RequireOnce(IEnumerable<string> names, Sentence where)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                throw Twice(where, name);
            }
        }
    }

    private static string Name(JsonElement name) => name.ValueKind == JsonValueKind.String
        ? name.GetString()!
        : throw Refused("form", Sentence.Of("body-split-name"));

    internal static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    internal static ScoringRefusedException Refused(string code, Sentence said, long row = 0, string? column = null) =>
        new(1, [Finding.Of(said, column, line: row, code: code)]);

    /// <summary>Writes cells as a file would have them; numbers keep the digits that were sent.</summary>
    private sealed class Rows : IDisposable
    {
        private readonly MemoryStream _stream = new();
        private readonly CsvWriter _csv;
        private readonly List<string> _header;
        private readonly List<long> _firstLines = [];
        private long _line = 1;

        public Rows(List<string> header)
        {
            _header = header;
            _csv = new CsvWriter(_stream, Plain);
            header.ForEach(Write);
            EndRecord();
        }

        public void Add(ReadOnlySpan<JsonElement> cells)
        {
            _firstLines.Add(_line);
            for (var i = 0; i < cells.Length; i++)
            {
                switch (cells[i].ValueKind)
                {
                    case JsonValueKind.Undefined or JsonValueKind.Null:
                        _csv.Write("");
                        break;
                    case JsonValueKind.String:
                        Write(cells[i].GetString()!);
                        break;
                    case JsonValueKind.Number:
                        WriteNumber(JsonMarshal.GetRawUtf8Value(cells[i]));
                        break;
                    case JsonValueKind.True:
                        _csv.Write("true");
                        break;
                    case JsonValueKind.False:
                        _csv.Write("false");
                        break;
                    default:
                        throw Refused("cell", Sentence.Of("body-cell", ("row", _firstLines.Count), ("column", Short(_header[i]))), _firstLines.Count, _header[i]);
                }
            }

            EndRecord();
        }

        public void Add(IReadOnlyList<string?> cells)
        {
            _firstLines.Add(_line);
            foreach (var cell in cells)
            {
                Write(cell ?? "");
            }

            EndRecord();
        }

        public ScoringBody End()
        {
            _csv.Dispose();
            return ScoringBody.FromJson(_header, _stream, _firstLines);
        }

        public void Dispose() => _csv.Dispose();

        private void WriteNumber(ReadOnlySpan<byte> digits)
        {
            Span<char> text = stackalloc char[64];
            if (digits.Length <= text.Length)
            {
                _csv.Write(text[..Encoding.ASCII.GetChars(digits, text)]);
            }
            else
            {
                _csv.Write(Encoding.ASCII.GetString(digits));
            }
        }

        private void Write(string text)
        {
            _line += text.AsSpan().Count('\n');
            _csv.Write(text);
        }

        private void EndRecord()
        {
            _csv.EndRecord();
            _line++;
        }
    }
}
