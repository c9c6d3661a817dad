using System.CommandLine;
using System.Text;
using MlOps.Cli.Terminal;
using MlOps.Tabular;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops csv</c>: what the CSV reader makes of a file.</summary>
internal static class CsvCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A CSV; .gz is read as it is." };

    private static readonly Option<char?> Delimiter = new("--delimiter")
    {
        Description = "Delimiter, one character or 'tab'. Default: found in the file.",
        HelpName = "C",
        CustomParser = result => Character(result, "delimiter"),
    };

    private static readonly Option<char?> Quote = new("--quote")
    {
        Description = "Quote character. Default: \".",
        HelpName = "C",
        CustomParser = result => Character(result, "quote"),
    };

    private static readonly Option<string?> Encoding = new("--encoding") { Description = "Encoding, such as utf-8, shift_jis, latin1. Default: found in the file.", HelpName = "NAME" };

    public static Command Create() => new("csv", "See what the CSV reader makes of a file.") { Cat(), Profile(), Schema() };

    private static Command Cat()
    {
        var json = CommonOptions.Json();
        var command = new Command("cat", "Print the records as JSON arrays of texts, one a line, the header first; with --json as one array.")
        {
            File, Delimiter, Quote, Encoding, json,
        };
        command.SetAction((parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(File);
            using var stream = System.IO.File.OpenRead(path);
            try
            {
                if (parse.GetValue(json) && stream.CanSeek)
                {
                    // One document or none: a file that is refused in its middle must not leave half of one.
                    foreach (var _ in CsvFile.ReadRecords(stream, Options(parse)))
                    {
                        cancellation.ThrowIfCancellationRequested();
                    }

                    stream.Position = 0;
                }

                Print(CsvFile.ReadRecords(stream, Options(parse)), parse.GetValue(json), cancellation);
                return Task.FromResult(ExitCode.Done);
            }
            catch (CsvException e)
            {
                throw Refused(path, e);
            }
        });
        return command;
    }

    private static Command Profile()
    {
        var json = CommonOptions.Json();
        var label = new Option<string?>("--label") { Description = "The label column: each other column's association with it is told.", HelpName = "COLUMN" };
        var html = new Option<string?>("--html") { Description = "Also write the profile as a page that opens offline.", HelpName = "OUT" };
        var schema = new Option<string?>("--schema") { Description = "Hold the file against this schema in the same pass, and end with 1 if it does not fit; `mlops schema` writes one.", HelpName = "SCHEMA" };
        var command = new Command("profile", "Print what the columns hold: type, missing, distinct, range, mean, quantiles, most frequent values.")
        {
            File, Delimiter, Quote, Encoding, label, schema, html, json,
        };
        command.SetAction(async (parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(File);
            try
            {
                return await CsvProfile.RunAsync(path, Options(parse), parse.GetValue(label), parse.GetValue(schema), parse.GetValue(json), parse.GetValue(html), cancellation);
            }
            catch (CsvException e)
            {
                throw Refused(path, e);
            }
        });
        return command;
    }

    private static Command Schema()
    {
        var id = new Option<string?>("--id") { Description = "The id column, whose values may not repeat.", HelpName = "COLUMN" };
        var label = new Option<string?>("--label") { Description = "The label column, which later files may lack.", HelpName = "COLUMN" };
        var command = new Command("schema", "Learn from a file what others of its kind look like, as JSON for `csv profile --schema`.") { File, Delimiter, Quote, Encoding, id, label };
        command.SetAction((parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(File);
            try
            {
                using var stream = System.IO.File.OpenRead(path);
                var file = CsvFile.ReadTable(stream, Options(parse), cancellation);
                var table = file.Table;
                TellErrors(path, file.Errors, file.ErrorCount);
                if (table.RowCount == 0)
                {
                    throw new CommandException(file.ErrorCount == 0
                        ? $"{path} has a header and no rows: there is nothing to learn from."
                        : $"{path}: none of its {file.RecordCount} rows can be read, so there is nothing to learn from. Correct the rows above.");
                }

                foreach (var (option, name) in new[] { ("--id", parse.GetValue(id)), ("--label", parse.GetValue(label)) })
                {
                    if (name is not null && table.Find(name) is null)
                    {
                        throw new CommandException($"{path} has no column '{name}' for {option}.");
                    }
                }

                Console.Out.Write(TableSchema.Learn(table, parse.GetValue(id), parse.GetValue(label)).ToJson());
                return Task.FromResult(ExitCode.Done);
            }
            catch (CsvException e)
            {
                throw Refused(path, e);
            }
        });
        return command;
    }

    /// <summary>What the options say about the file.</summary>
    private static CsvReadOptions Options(ParseResult parse)
    {
        var options = new CsvReadOptions { Delimiter = parse.GetValue(Delimiter), Encoding = parse.GetValue(Encoding) };
        return parse.GetValue(Quote) is { } quote ? options with { Quote = quote } : options;
    }

    /// <summary>Says on stderr which rows could not be read: the first, and how many more.</summary>
    public static void TellErrors(string path, IReadOnlyList<CsvError> errors, long count)
    {
        foreach (var error in errors.Take(20))
        {
            Answer.Progress($"{path}: {error}");
        }

        if (count > 20)
        {
            Answer.Progress($"{path}: and {count - 20} more errors");
        }
    }

    /// <summary>The first findings, each with its place.</summary>
    private static CommandException Refused(string path, CsvException e)
    {
        var lines = e.Errors.Take(20).Select(error => $"{Environment.NewLine}  {error}");
        var more = e.Errors.Count > 20 ? $"{Environment.NewLine}  and {e.Errors.Count - 20} more" : "";
        return new CommandException($"{path} cannot be read as CSV:{string.Concat(lines)}{more}");
    }

    private static void Print(IEnumerable<string[]> records, bool document, CancellationToken cancellation)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        var separator = document ? "[" : "";
        foreach (var record in records)
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(separator);
            output.Write(Answer.Compact(record));
            separator = document ? ",\n" : "\n";
        }

        output.Write(document ? separator == "[" ? "[]\n" : "]\n" : separator);
    }

    private static char? Character(System.CommandLine.Parsing.ArgumentResult result, string what)
    {
        switch (result.Tokens[0].Value)
        {
            case "tab" or "\\t":
                return '\t';
            case [var one]:
                return one;
            case ", " when what == "delimiter":
                return null; // found in the file, with the space that follows it
            default:
                result.AddError($"--{what} is one character{(what == "delimiter" ? ", or 'tab'" : "")}.");
                return null;
        }
    }
}
