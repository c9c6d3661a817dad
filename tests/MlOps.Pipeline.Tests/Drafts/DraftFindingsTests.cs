using System.Text;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Drafts;

/// <summary>What a draft finds in a table besides label, id and task: how cells are written, and what gives the label away.</summary>
public sealed class DraftFindingsTests
{
    [Fact]
    public void A_class_named_None_makes_a_third_class_and_is_said()
    {
        var draft = Draft("X,RISK", 300, i => [$"{i % 17}", i % 3 == 0 ? "Mild" : i % 3 == 1 ? "None" : "Severe"], "RISK");
        Assert.Equal((TaskKind.Multiclass, "Mild, None, Severe"), (draft.Task, string.Join(", ", draft.Classes.Select(c => c.Text).Order(StringComparer.Ordinal))));
        Assert.Contains("'None' (100 rows) is taken for a class", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void NA_beside_yes_and_no_is_a_missing_label_and_the_setting_is_said()
    {
        var draft = Draft("X,Y", 300, i => [$"{i % 17}", i % 3 == 0 ? "yes" : i % 3 == 1 ? "NA" : "no"], "Y");
        Assert.Equal(TaskKind.Binary, draft.Task);
        Assert.Contains("'NA' (100 rows) is taken for a missing label. If it is a class, write csv: {columns: {\"Y\": {missing: []}}}", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_dates_is_the_time_where_the_rows_stand_in_its_order_offered_where_it_is_called_so_and_not_where_it_is_a_birthday()
    {
        static string Day(int i) => new DateOnly(2021, 1, 1).AddDays(i).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

        var ordered = DraftYaml.Write(Draft("SEEN,X,Y", 300, i => [Day(i / 2), $"{i % 17}", $"{i % 2}"], "Y"));
        var named = DraftYaml.Write(Draft("ORDER_DATE,X,Y", 300, i => [Day(i * 37 % 150), $"{i % 17}", $"{i % 2}"], "Y"));
        var birthday = DraftYaml.Write(Draft("BORN,X,Y", 300, i => [Day(i * 37 % 150), $"{i % 17}", $"{i % 2}"], "Y"));

        Assert.Contains("\ntime: SEEN    # rows in order of time, 2021-01-01 to 2021-05-30: the last periods are predicted", ordered, StringComparison.Ordinal);
        Assert.Equal("SEEN", PipelineDefinition.Parse(ordered, "d.yaml").Time?.Column);
        Assert.Contains("\n# time: ORDER_DATE    # dates from 2021-01-01 to 2021-05-30: take off the #", named, StringComparison.Ordinal);
        Assert.Null(PipelineDefinition.Parse(named, "d.yaml").Time);
        Assert.DoesNotContain("time:", birthday, StringComparison.Ordinal);
    }

    [Fact]
    public void A_country_code_NA_leaves_the_column_the_id()
    {
        var codes = Enumerable.Range(0, 26 * 26).Select(i => $"{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}").ToArray();
        Assert.Contains("NA", codes);
        var draft = Draft("COUNTRY,GDP,TARGET", codes.Length, i => [codes[i], $"{i % 91}", $"{i % 2}"], "TARGET");
        Assert.Equal("COUNTRY", draft.Id);
    }

    [Fact]
    public void A_column_that_tells_the_rows_apart_is_offered_as_the_id_and_not_denied()
    {
        var draft = Draft("GDP,COUNTRY,TARGET", 200, i => [$"{i % 91}", $"c{i}", $"{i % 2}"], "TARGET");
        Assert.Contains("# id: COUNTRY    # each of its cells is another one", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void Amounts_with_a_decimal_comma_are_drafted_as_such_and_prices_are_a_quantity()
    {
        var draft = Draft("ID;AREA;PRICE", 300, i => [$"{i}", $"{i % 13},{i % 10}", $"{i % 31},{i % 7}"], "PRICE", ';');
        Assert.Equal(TaskKind.Regression, draft.Task);
        var definition = Parsed(draft);
        Assert.Equal((',', ';'), (definition.Csv.Decimal, definition.Csv.Delimiter));
    }

    [Fact]
    public void Currency_and_thousands_and_sentinels_are_drafted_by_column()
    {
        var draft = Draft("ID,PRICE,T,TARGET", 400, i => [$"{i}", $"\"${(i % 37) + 1},{100 + i}.50\"", i % 10 == 0 ? "-200" : $"{i % 40}.5", $"{i % 2}"], "TARGET");
        var definition = Parsed(draft);
        Assert.Equal(('.', ','), (definition.Csv.Of("PRICE").Decimal, definition.Csv.Of("PRICE").Thousands));
        Assert.Empty(definition.Exclude);
        Assert.Contains("#    T: {missing: [-200]}    # -200 stands in 40 cells, far from the others (1.5 to 39.5)", DraftYaml.Write(draft), StringComparison.Ordinal);
    }

    [Fact]
    public void Dates_are_drafted_with_their_order_and_both_orders_where_nothing_shows_it()
    {
        var clear = Draft("ID,DAY,TARGET", 200, i => [$"{i}", $"{1 + (i % 28):00}/{1 + (i % 12):00}/2023", $"{i % 2}"], "TARGET");
        Assert.Equal(DateOrder.DayFirst, Parsed(clear).Csv.Of("DAY").Date);
        var unclear = Draft("ID,DAY,TARGET", 200, i => [$"{i}", $"{1 + (i % 11):00}/{1 + (i % 12):00}/2023", $"{i % 2}"], "TARGET");
        var yaml = DraftYaml.Write(unclear);
        Assert.Contains("{date: d/m/y}", yaml, StringComparison.Ordinal);
        Assert.Contains("{date: m/d/y}", yaml, StringComparison.Ordinal);
        Assert.Null(Parsed(unclear).Csv.Columns);
    }

    [Fact]
    public void Marks_on_a_scale_are_a_quantity_and_scattered_whole_numbers_are_classes_and_the_other_way_is_said()
    {
        // As tasters rate wine: few threes and nines, most fives and sixes.
        int[] marks = [3, 4, 4, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 8, 8, 9];
        var wine = Draft("ALCOHOL,QUALITY", 460, i => [$"{8 + (i % 6)}.{i % 10}", $"{marks[i % marks.Length]}"], "QUALITY");
        Assert.Equal(TaskKind.Regression, wine.Task);
        Assert.Contains("task: regression    # 7 whole numbers from 3 to 9, most in the middle: a quantity; write multiclass", DraftYaml.Write(wine), StringComparison.Ordinal);
        var kinds = Draft("X,KIND", 300, i => [$"{i % 19}", $"{(i % 7) + (i % 2)}"], "KIND");
        Assert.Equal(TaskKind.Multiclass, kinds.Task);
        Assert.Contains("write regression if they are a quantity", DraftYaml.Write(kinds), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_is_written_as_it_stands_in_the_file()
    {
        var draft = Draft("X,INCOME", 100, i => [$"{i % 19}", i % 3 == 0 ? ">50K" : "<=50K"], "INCOME");
        Assert.Contains("positive: \">50K\"", DraftYaml.Write(draft), StringComparison.Ordinal);
        Assert.Equal(">50K", Parsed(draft).Positive);
    }

    [Fact]
    public void Counters_and_numbers_that_are_given_out_are_left_out_with_one_line_to_keep_them()
    {
        var draft = Draft("ROW,TICKET_NO,X,TARGET", 300, i => [$"{i + 7}", $"{(i * 7919) % 100_003}", $"{i % 19}", $"{i % 2}"], "TARGET");
        Assert.Equal(["ROW", "TICKET_NO"], draft.Exclude.Select(e => e.Name));
        Assert.All(draft.Exclude, e => Assert.Contains("take this line out to keep it", e.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Flags_that_name_the_failure_are_left_out_with_the_evidence()
    {
        // As in a maintenance log: the machine failed where one of the failure modes is set; one flag is chance.
        bool Wear(int i) => i % 41 == 0;
        bool Heat(int i) => i % 37 == 5;
        var draft = Draft("TORQUE,WEAR,HEAT,RANDOM,FAILURE", 2000, i => [$"{i % 53}", Wear(i) ? "1" : "0", Heat(i) ? "1" : "0", i % 90 == 1 ? "1" : "0", Wear(i) || Heat(i) || i == 3 ? "1" : "0"], "FAILURE");
        Assert.Equal(["WEAR", "HEAT"], draft.Exclude.Select(e => e.Name));
        Assert.Contains("one of WEAR, HEAT is set in", draft.Exclude[0].Reason, StringComparison.Ordinal);
        Assert.Contains("rows whose label is 1", draft.Exclude[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_the_label_are_left_out_and_columns_that_are_known_only_after_it()
    {
        var sum = Draft("HOUR,CASUAL,REGISTERED,COUNT", 500, i => [$"{i % 24}", $"{(i * 31) % 57}", $"{(i * 17) % 211}", $"{((i * 31) % 57) + ((i * 17) % 211)}"], "COUNT");
        Assert.Equal(["CASUAL", "REGISTERED"], sum.Exclude.Select(e => e.Name));
        var after = Draft("AGE,BODY,BOAT,SURVIVED", 600, i => [$"{i % 71}", i % 3 != 0 && i % 5 == 0 ? $"{i % 50}" : "", i % 3 == 0 ? $"b{i % 9}" : "", i % 3 == 0 ? "1" : "0"], "SURVIVED");
        Assert.Equal(["BODY", "BOAT"], after.Exclude.Select(e => e.Name));
        Assert.Contains("filled in only where the label is 0", after.Exclude[0].Reason, StringComparison.Ordinal);
    }

    private static PipelineDefinition Parsed(DefinitionDraft draft) => PipelineDefinition.Parse(DraftYaml.Write(draft), "p.yaml");

    private static DefinitionDraft Draft(string header, int rows, Func<int, string[]> row, string label, char delimiter = ',')
    {
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < rows; i++)
        {
            text.AppendJoin(delimiter, row(i)).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return DefinitionDraft.From(
            "p", "initial.csv", CsvFile.ReadTable(new MemoryStream(bytes)), label, null, CsvFile.ReadTable(new MemoryStream(bytes), new CsvReadOptions { MissingMarkers = [""] }).Table);
    }
}
