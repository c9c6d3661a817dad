using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>A file as it was read.</summary>
/// <param name="File">The table, with what was wrong.</param>
/// <param name="Retyped">Columns of numbers that hold other texts here.</param>
/// <param name="Forms">Columns whose numbers or dates are written in a form of their own, and which one.</param>
internal sealed record ReadFile(CsvTable File, IReadOnlyList<string> Retyped, IReadOnlyDictionary<string, WrittenForm> Forms);

/// <summary>
/// Reads one file as the definition and the history's schema say; where numbers, dates or the delimiter turn out to be written otherwise, and only one
/// reading explains them, reads it so and says it.
/// </summary>
internal static class FileReading
{
    // Below it the other cells are mistakes in a column of numbers.
    private const double MostCells = 0.5;

    private static readonly char[] Delimiters = [',', ';', '\t', '|', ':', '^', '~', ' '];

    public static ReadFile Read(
        Stream stream, PipelineDefinition definition, FileSchema? history, int threads, FindingList warnings, CancellationToken cancellation)
    {
        var options = Options(definition, history, threads);
        options = history is null ? WithDelimiterOfNames(options, stream, definition) : WithOwnDelimiter(options, stream, history, warnings);
        options = WithAdded(options, stream, definition, history);
        var file = Once(options);
        var forms = new Dictionary<string, WrittenForm>(StringComparer.Ordinal);
        while (true)
        {
            // A label that refuses every row hides the other columns until it is read as what it is.
            var found = Forms(Once, options, file, definition, history).Where(f => forms.TryAdd(f.Key, f.Value)).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
            Tell(found, file, history is not null, warnings);
            if (!found.Values.Any(f => f.Certain))
            {
                break;
            }

            options = With(options, found.Where(f => f.Value.Certain));
            file = Once(options);
        }

        file = TruthValues.Read(Once, options, file, history, warnings);
        PointedNumbers.Tell(Once, options, file, definition, forms, warnings);
        if (history is null)
        {
            TellCompactDates(file, definition, warnings);
        }
        else
        {
            OtherUnits.Tell(Once, options, file, history, warnings);
        }

        IReadOnlyList<string> retyped = [];
        if (history is not null && definition.Schema.Policy != SchemaPolicy.Unset)
        {
            retyped = RetypedColumns.Find(Once, options, file);
            if (retyped.Count > 0 && definition.Schema.IsLenient)
            {
                var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
                foreach (var name in retyped)
                {
                    kinds[name] = ColumnKind.Text;
                }

                file = Once(options with { Kinds = kinds });
            }
        }

        return new ReadFile(file, retyped, forms);

        CsvTable Once(CsvReadOptions how)
        {
            stream.Position = 0;
            return CsvFile.ReadTable(stream, how, cancellation);
        }
    }

    private static CsvReadOptions Options(PipelineDefinition definition, FileSchema? history, int threads)
    {
        var csv = definition.Csv;
        var kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal);
        var formats = new Dictionary<string, ColumnFormat>(StringComparer.Ordinal);
        foreach (var column in history?.Columns ?? [])
        {
            kinds[column.Name] = column.Kind;
            if (column.Format is { } format)
            {
                formats[column.Name] = csv.PlainToo && format.Numbers is { } numbers ? format with { Numbers = numbers with { PlainToo = true } } : format;
            }
        }

        foreach (var (name, said) in csv.Columns ?? new Dictionary<string, ColumnSettings>())
        {
            Say(name, said);
        }

        // Ids and classes are names: '007' must not become 7. What is declared as a category is one in every file.
        foreach (var name in definition.Categorical)
        {
            kinds[name] = ColumnKind.Text;
        }

        kinds[definition.Label] = definition.Task == TaskKind.Regression ? ColumnKind.Number : ColumnKind.Text;
        if (LabelMarkers.MissingOf(definition) is { } markers)
        {
            formats[definition.Label] = (formats.GetValueOrDefault(definition.Label) ?? new ColumnFormat()) with { Missing = markers };
        }

        if (definition.Id is { } id)
        {
            // 'NA' is a country, and 'null' somebody's name.
            kinds[id] = ColumnKind.Text;
            formats[id] = new ColumnFormat { Missing = [""] };
        }

        HashSet<string>? columns = history is not null ? [.. history.Columns.Select(c => c.Name)]
            : definition.Features is { } features ? [.. features, .. definition.GroupColumns, definition.Label, definition.Id ?? definition.Label, definition.Split.Group ?? definition.Label, definition.Time?.Column ?? definition.Label]
            : null;
        return new CsvReadOptions
        {
            Delimiter = csv.Delimiter ?? history?.Delimiter,
            Quote = csv.Quote,
            Encoding = csv.Encoding,
            MissingMarkers = csv.Missing is null ? null : ["", .. csv.Missing],
            Numbers = csv.Numbers,
            Columns = columns,
            Kinds = kinds,
            Formats = formats,
            ComposeNames = true,
            MaxErrors = FindingList.Kept,
            KeepRejectedRows = true,
            Threads = threads,
        };

        void Say(string name, ColumnSettings said)
        {
            var format = formats.GetValueOrDefault(name) ?? new ColumnFormat();
            if (said.Missing is { } missing)
            {
                format = format with { Missing = ["", .. csv.Missing ?? CsvReadOptions.DefaultMissingMarkers.Where(m => m.Length > 0), .. missing] };
            }

            if (said.IsNumber)
            {
                kinds[name] = ColumnKind.Number;
                format = format with { Numbers = new NumberNotation(said.Decimal ?? '.', said.Thousands, said.Time is null, csv.PlainToo, said.Time is true) };
            }

            if (said.Date is { } order)
            {
                kinds[name] = ColumnKind.Date;
                format = format with { Dates = order };
            }

            formats[name] = format;
        }
    }

    /// <summary>A period that another program wrote with another delimiter has the history's columns all the same.</summary>
    private static CsvReadOptions WithOwnDelimiter(CsvReadOptions options, Stream stream, FileSchema history, FindingList warnings)
    {
        if (options.Delimiter is not { } usual)
        {
            return options;
        }

        var names = history.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var most = Found(usual);
        var best = usual;
        if (most * 2 < names.Count)
        {
            foreach (var delimiter in Delimiters)
            {
                if (Found(delimiter) is var found && found > Math.Max(most, 1))
                {
                    (most, best) = (found, delimiter);
                }
            }
        }

        if (best == usual)
        {
            return options;
        }

        warnings.Add(Sentence.Of("other-delimiter", ("delimiter", Name(best)), ("usual", Name(usual))), line: 1);
        return options with { Delimiter = best };

        int Found(char delimiter) => NamesFound(stream, options with { Delimiter = delimiter }, names);
    }

    /// <summary>
    /// A history whose delimiter the bytes alone do not give away, such as a colon: where the header has none of the names that the definition says, and
    /// has all of them by another delimiter, it is that one.
    /// </summary>
    private static CsvReadOptions WithDelimiterOfNames(CsvReadOptions options, Stream stream, PipelineDefinition definition)
    {
        var names = new[] { definition.Label }.Concat(definition.Id is { } id ? [id] : []).Concat(definition.Features ?? []).ToHashSet(StringComparer.Ordinal);
        return options.Delimiter is not null || NamesFound(stream, options, names) > 0
            ? options
            : Array.Find(Delimiters, d => NamesFound(stream, options with { Delimiter = d }, names) == names.Count) is var delimiter and not '\0' ? options with { Delimiter = delimiter } : options;
    }

    private static int NamesFound(Stream stream, CsvReadOptions options, HashSet<string> names)
    {
        stream.Position = 0;
        try
        {
            return (CsvFile.ReadRecords(stream, options).FirstOrDefault() ?? []).Count(h => names.Contains(h.Composed()));
        }
        catch (CsvException)
        {
            return 0;
        }
        finally
        {
            stream.Position = 0;
        }
    }

    /// <summary>Added columns are read only where the policy has a use for them; what is to be rescued is kept as it stands.</summary>
    private static CsvReadOptions WithAdded(CsvReadOptions options, Stream stream, PipelineDefinition definition, FileSchema? history)
    {
        if (history is null || definition.Schema.Policy is not (SchemaPolicy.Add or SchemaPolicy.Rescue))
        {
            return options;
        }

        string[] header = [.. (CsvFile.ReadRecords(stream, options).FirstOrDefault() ?? []).Select(h => h.Composed())];
        stream.Position = 0;
        var added = HeaderCheck.Added(header, definition, history);
        var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
        if (definition.Schema.Policy == SchemaPolicy.Rescue)
        {
            foreach (var name in added)
            {
                kinds[name] = ColumnKind.Text;
            }
        }

        return options with { Columns = [.. options.Columns!, .. added], Kinds = kinds };
    }

    /// <summary>Columns of numbers or dates that the reader took for texts, or refused.</summary>
    private static Dictionary<string, WrittenForm> Forms(
        Func<CsvReadOptions, CsvTable> read, CsvReadOptions options, CsvTable file, PipelineDefinition definition, FileSchema? history)
    {
        var forms = new Dictionary<string, WrittenForm>(StringComparer.Ordinal);
        if (history is null)
        {
            foreach (var column in file.Table.Columns.OfType<TextColumn>().Where(c => MayBe(c.Name)))
            {
                if (NotationSearch.Find(column, options.Numbers) is { } form)
                {
                    forms[column.Name] = form;
                }
            }
        }

        // A column that is declared as numbers or dates refuses the rows; what its cells are shows when it is read alone as texts.
        var refused = file.Errors.Where(e => e.Code == CsvErrorCodes.WrongKind && e.ColumnName is not null)
            .GroupBy(e => e.ColumnName!, StringComparer.Ordinal)
            .Where(g => g.LongCount() >= MostCells * Math.Min(file.RecordCount, options.MaxErrors) / 2)
            .Select(g => g.Key).Where(name => !definition.Csv.Of(name).IsNumber && definition.Csv.Of(name).Date is null).ToHashSet(StringComparer.Ordinal);
        if (refused.Count > 0)
        {
            var kinds = refused.ToDictionary(n => n, _ => ColumnKind.Text, StringComparer.Ordinal);
            foreach (var column in read(options with { Columns = refused, Kinds = kinds, KeepRejectedRows = false }).Table.Columns.OfType<TextColumn>())
            {
                if (PlainAgain(column, options) is { } plain)
                {
                    forms[column.Name] = plain;
                }
                else if (NotationSearch.Find(column, options.Numbers) is { Certain: true } form && (form.Dates is not null) == (options.Kinds!.GetValueOrDefault(column.Name) == ColumnKind.Date))
                {
                    forms[column.Name] = form;
                }
            }
        }

        return forms;

        bool MayBe(string name) =>
            name != definition.Label && name != definition.Id && name != definition.Split.Group
            && !definition.Categorical.Contains(name, StringComparer.Ordinal)
            && (!definition.Exclude.Contains(name, StringComparer.Ordinal) || name == definition.Time?.Column)
            && !definition.GroupColumns.Contains(name, StringComparer.Ordinal);
    }

    // The history writes a decimal comma, this file plain numbers, most of which cannot be read with the comma.
    private static WrittenForm? PlainAgain(TextColumn column, CsvReadOptions options) =>
        options.Formats?.GetValueOrDefault(column.Name)?.Numbers is { Decimal: not '.' } && column.Categories.Count > 0
        && column.Categories.All(t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? new WrittenForm(NumberNotation.Plain, null, true, null, null, column.Categories[0], 0)
            : null;

    private static CsvReadOptions With(CsvReadOptions options, IEnumerable<KeyValuePair<string, WrittenForm>> forms)
    {
        var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
        var formats = new Dictionary<string, ColumnFormat>(options.Formats!, StringComparer.Ordinal);
        foreach (var (name, form) in forms)
        {
            kinds[name] = form.Numbers is null ? ColumnKind.Date : ColumnKind.Number;
            formats[name] = (formats.GetValueOrDefault(name) ?? new ColumnFormat()) with { Numbers = form.Numbers, Dates = form.Dates };
        }

        return options with { Kinds = kinds, Formats = formats };
    }

    private static void Tell(Dictionary<string, WrittenForm> forms, CsvTable file, bool isPeriod, FindingList warnings)
    {
        var header = file.Header.ToList();
        foreach (var (name, form) in forms)
        {
            var place = header.IndexOf(name) + 1;
            var settings = FormSettings.Of(name, form);
            var shown = FindingList.Shorten(name, 60)!;
            if (!form.Certain)
            {
                object other = form.Other is null && form.OtherDates is null
                    ? ""
                    : Sentence.Of("or-setting", ("setting", FormSettings.Of(name, form with { Numbers = form.Other, Dates = form.OtherDates })));
                warnings.Add(
                    Sentence.Of(form.Dates is null ? "unclear-numbers" : "unclear-dates", ("column", shown), ("example", form.Example), ("setting", settings), ("other", other)),
                    name, place, 0, form.Example);
            }
            else if (isPeriod)
            {
                warnings.Add(
                    Sentence.Of(form is { Numbers.Times: true } ? "other-times" : form.Dates is null ? "other-notation" : "other-dates", ("column", shown), ("example", form.Example)), name, place, 0, form.Example, "other-notation");
            }
            else
            {
                warnings.Add(
                    Sentence.Of(form is { Numbers.Times: true } ? "times" : form.Dates is null ? "number-notation" : "dates", ("column", shown), ("example", form.Example), ("setting", settings)), name, place, 0, form.Example);
            }
        }
    }

    private static void TellCompactDates(CsvTable file, PipelineDefinition definition, FindingList warnings)
    {
        var header = file.Header.ToList();
        foreach (var column in file.Table.Columns.OfType<NumberColumn>().Where(c => c.Name != definition.Label && !definition.Csv.Of(c.Name).IsNumber && !definition.Exclude.Contains(c.Name, StringComparer.Ordinal)))
        {
            if (CompactDates.Find(column) is { } example)
            {
                var setting = FormSettings.Of(column.Name, new WrittenForm(null, DateOrder.YearFirst, true, null, null, example, 0));
                warnings.Add(
                    Sentence.Of("compact-dates", ("column", FindingList.Shorten(column.Name, 60)!), ("example", example), ("setting", setting)), column.Name, header.IndexOf(column.Name) + 1, 0, example);
            }
        }
    }

    private static object Name(char delimiter) => delimiter switch { '\t' => Sentence.Of("character-tab"), ' ' => Sentence.Of("character-space"), _ => $"'{delimiter}'" };
}
