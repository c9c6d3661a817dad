using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Learner;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops features</c>: what the rows of a period saw of the side tables.</summary>
internal static class FeaturesCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var asOf = new Option<string>("--as-of") { Description = "Period whose rows are meant, such as 20201001, or initial.", HelpName = "DAY", Required = true };
        var knownAt = new Option<string?>("--known-at") { Description = "Count what was known at this time (ISO, UTC without a zone). Default: what was known to the rows themselves.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "File to write. Default: standard output.", HelpName = "FILE" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("features", "Write as CSV what side tables say of a period's rows, as it was known then or at another time.") { pipeline, asOf, knownAt, to, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var known = parse.GetValue(knownAt) is { } time ? IsoTime.Parse(time) : (DateTimeOffset?)null;
            var rebuilt = await services.GetRequiredService<RebuiltFeatures>().RunAsync(name, Names.Period(parse.GetRequiredValue(asOf)), known, cancellation);
            using var bytes = new MemoryStream();
            Write(rebuilt.Table, bytes);
            var path = parse.GetValue(to);
            if (path is not null)
            {
                WholeFile.Write(path, stream => stream.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
            }

            if (parse.GetValue(json))
            {
                Answer.Json(new
                {
                    pipeline = name.Value, as_of = rebuilt.Period, known_at = rebuilt.KnownAt, rows = rebuilt.Table.RowCount, columns = rebuilt.Table.Columns.Select(c => c.Name),
                    files = rebuilt.Files, sha256 = ContentHash.Of(bytes.ToArray()), file = path,
                });
            }
            else if (path is not null)
            {
                Answer.Line(path);
            }
            else
            {
                bytes.Position = 0;
                await using var output = Console.OpenStandardOutput();
                await bytes.CopyToAsync(output, cancellation);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(Table table, Stream target)
    {
        using var writer = new CsvWriter(target);
        foreach (var column in table.Columns)
        {
            writer.Write(column.Name);
        }

        writer.EndRecord();
        for (var row = 0; row < table.RowCount; row++)
        {
            foreach (var column in table.Columns)
            {
                if (column is NumberColumn { Kind: ColumnKind.Number } numbers)
                {
                    writer.Write(numbers.Values[row]);
                }
                else
                {
                    writer.Write(column.Text(row));
                }
            }

            writer.EndRecord();
        }
    }
}
