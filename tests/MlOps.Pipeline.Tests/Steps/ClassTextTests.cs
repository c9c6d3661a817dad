using System.Globalization;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Classes and ids come out as they went in.</summary>
public sealed class ClassTextTests(AzuriteFixture azurite)
{
    private const string Multiclass = "task: multiclass\nlabel: CLASS\nid: ID\n" + WrittenCase.Model;

    [Fact]
    public async Task Codes_are_classes_of_their_own_as_they_are_written()
    {
        string[] codes = ["007", "7", "0815", "12345678901234567", "12345678901234568"];
        var history = WrittenCase.Csv("ID,X,CLASS", 1000, (i, u) => [i, (10 * (i % 5)) + Math.Round(u[0], 3), codes[i % 5]]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Multiclass);
        var initial = await pipeline.DropAsync("initial", history);
        var drop = await pipeline.DropAsync("20240101", "ID,X\na,0.5\nb,10.5\nc,20.5\nd,30.5\ne,40.5\n");

        var rows = await pipeline.PredictionsAsync((await pipeline.RunAsync(drop, initial)).Predict);

        Assert.Equal(codes, rows[1..].Select(r => r[1]));
        Assert.Equal(codes.Order(StringComparer.Ordinal).Select(c => "SCORE_" + c), rows[0][3..]);
    }

    [Theory]
    [InlineData("None")]
    [InlineData("NA")]
    public async Task A_class_named_None_or_NA_beside_other_words_is_a_class_and_said(string name)
    {
        string[] classes = ["Mild", name, "Severe"];
        var history = WrittenCase.Csv("ID,X,CLASS", 900, (i, u) => [i, (10 * (i % 3)) + Math.Round(u[0], 3), classes[i % 3]]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Multiclass);
        var initial = await pipeline.DropAsync("initial", history);
        var validated = await pipeline.ValidateAsync(initial);
        var drop = await pipeline.DropAsync("20240101", "ID,X\n1,10.5\n2,0.5\n");

        var rows = await pipeline.PredictionsAsync((await pipeline.RunAsync(drop, initial)).Predict);

        Assert.Equal([name, "Mild"], rows[1..].Select(r => r[1]));
        var warning = Assert.Single(validated.Warnings, w => w.Code == "label-marker");
        Assert.Contains($"The label is '{name}' in 300 rows, which is taken for a class", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"csv: {{columns: {{CLASS: {{missing: [{name}]}}}}}}", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binary_label_s_third_text_None_is_a_missing_label_and_the_warning_names_it_and_the_setting()
    {
        string[] classes = ["Mild", "None", "Severe"];
        var history = WrittenCase.Csv("ID,X,CLASS", 300, (i, u) => [i, Math.Round(u[0], 3), classes[i % 3]]);
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: CLASS\npositive: Severe\nid: ID\n");

        var validated = await pipeline.ValidateAsync(await pipeline.DropAsync("initial", history));

        Assert.True(validated.Accepted);
        var warning = Assert.Single(validated.Warnings, w => w.Code == "label-marker");
        Assert.Contains("'None' in 100 rows, which is taken for a missing label", warning.Message, StringComparison.Ordinal);
        Assert.Contains("csv: {columns: {CLASS: {missing: []}}}' and 'task: multiclass'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_empty_cell_is_a_missing_id()
    {
        string[] names = ["NA", "null", "None", "nan"];
        var history = WrittenCase.Csv("COUNTRY,X,TARGET", 200, (i, u) => [i < 4 ? names[i] : $"c{i}", Math.Round(u[0], 3), i % 2]);
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: TARGET\nid: COUNTRY\n" + WrittenCase.Model);
        var initial = await pipeline.DropAsync("initial", history);
        Assert.True((await pipeline.ValidateAsync(initial)).Accepted);
        var drop = await pipeline.DropAsync("20240101", "COUNTRY,X\nNA,0.1\nNaN,0.2\nnull,0.3\n");
        var empty = await pipeline.DropAsync("20240201", "COUNTRY,X\nNA,0.1\n,0.2\n");

        var run = await pipeline.RunAsync(drop, initial);

        Assert.Equal(["NA", "NaN", "null"], (await pipeline.PredictionsAsync(run.Predict))[1..].Select(r => r[0]));
        var refused = await pipeline.ValidateAsync(empty, initial);
        Assert.Equal(("missing-id", 3L), (refused.Errors[0].Code, refused.Errors[0].Line));
    }

    [Fact]
    public async Task Ids_are_written_as_they_stood_whatever_a_spreadsheet_would_make_of_them()
    {
        string[] ids = ["+4915112345", "-12.5", "@anna", "=A1", "-1e5", "-0", "007", "a\"b", " x"];
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\noutput: {reasons: 1}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var drop = await pipeline.DropAsync("20240101", "ID,A,B,KIND\n" + string.Concat(ids.Select(id => $"\"{id.Replace("\"", "\"\"", StringComparison.Ordinal)}\",0.5,1,x\n")));

        var rows = await pipeline.PredictionsAsync((await pipeline.RunAsync(drop, initial)).Predict);

        Assert.Equal(ids, rows[1..].Select(r => r[0]));
    }

    [Theory]
    [InlineData("-1", "+1", "+1")]
    [InlineData("no", "yes", "yes")]
    [InlineData("False", "True", "True")]
    [InlineData("good", "bad", "bad")]
    [InlineData("1", "2", "2")]
    public async Task Binary_predictions_are_in_the_label_s_own_texts(string negative, string positive, string named)
    {
        var history = WrittenCase.Csv("ID,X,CLASS", 400, (i, u) => [i, (i % 2) + Math.Round(u[0] * 0.9, 3), i % 2 == 0 ? negative : positive]);
        var pipeline = await TestPipeline.CreateAsync(azurite, $"label: CLASS\npositive: \"{named}\"\nid: ID\noutput: {{names: original}}\n" + WrittenCase.Model);
        var initial = await pipeline.DropAsync("initial", history);

        var rows = await pipeline.PredictionsAsync((await pipeline.RunAsync(await pipeline.DropAsync("20240101", "ID,X\n1,0.4\n2,1.4\n"), initial)).Predict);

        Assert.Equal(["ID", "CLASS", "SCORE"], rows[0]);
        Assert.Equal([negative, positive], rows[1..].Select(r => r[1]));
        Assert.True(double.Parse(rows[2][2], CultureInfo.InvariantCulture) > 0.9);
    }

    [Theory]
    [InlineData(new[] { "1", "0", "1.0", "0.0" }, new[] { "0", "1" })]
    [InlineData(new[] { "0.0", "1.0" }, new[] { "0", "1" })]
    [InlineData(new[] { "1.0", "2.0", "3.0" }, new[] { "1.0", "2.0", "3.0" })]
    [InlineData(new[] { "1", "1.0", "2" }, new[] { "1", "2" })]
    [InlineData(new[] { "7", "007" }, new[] { "007", "7" })]
    [InlineData(new[] { "+1", "1" }, new[] { "+1", "1" })]
    [InlineData(new[] { "TRUE", "False", "true" }, new[] { "False", "TRUE" })]
    [InlineData(new[] { " a", "a", "b" }, new[] { "a", "b" })]
    [InlineData(new[] { "1.1", "1.10", "2.0" }, new[] { "1.1", "1.10", "2.0" })]
    [InlineData(new[] { "1e5", "100000", "2e5" }, new[] { "100000", "1e5", "2e5" })]
    [InlineData(new[] { "1.0", "1.00", "1" }, new[] { "1", "1.0", "1.00" })]
    [InlineData(new[] { "1", "1.0", "1.1", "1.10" }, new[] { "1", "1.0", "1.1", "1.10" })]
    [InlineData(new[] { ".5", "0.5", "1.5" }, new[] { "0.5", "1.5" })]
    [InlineData(new[] { "0", "-0.0", "1" }, new[] { "0", "1" })]
    public void Texts_are_one_class_where_they_are_one_number_in_a_column_without_codes(string[] texts, string[] classes) =>
        Assert.Equal(classes, LabelValues.Learn(texts).Classes);

    [Theory]
    [InlineData("1.1", "1.10", "1.1", "1.10")]
    [InlineData("100000", "1e5", "100000", "1e5")]
    public async Task Two_spellings_of_one_number_that_no_program_mixes_are_two_classes_and_it_is_said(string first, string second, string said, string other)
    {
        string[] classes = [first, "3", second];
        var history = WrittenCase.Csv("ID,X,CLASS", 900, (i, u) => [i, (10 * (i % 3)) + Math.Round(u[0], 3), classes[i % 3]]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Multiclass);
        var initial = await pipeline.DropAsync("initial", history);
        var validated = await pipeline.ValidateAsync(initial);
        var drop = await pipeline.DropAsync("20240101", "ID,X\na,0.5\nb,10.5\nc,20.5\n");

        var rows = await pipeline.PredictionsAsync((await pipeline.RunAsync(drop, initial)).Predict);

        Assert.Equal(classes, rows[1..].Select(r => r[1]));
        Assert.Contains(
            $"has both '{said}' and '{other}', one number in two spellings", Assert.Single(validated.Warnings, w => w.Code == "label-spelling").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spellings_that_became_one_class_and_classes_that_look_alike_are_told()
    {
        var numbers = await TestPipeline.CreateAsync(azurite, Multiclass);
        string[] one = ["1", "1.0", "2"];
        var joined = await numbers.ValidateAsync(WrittenCase.Csv("ID,X,CLASS", 90, (i, u) => [i, u[0], one[i % 3]]));
        Assert.Contains("'1', '1.0', which are one number and are taken for one class, '1'", Assert.Single(joined.Warnings, w => w.Code == "label-spelling").Message, StringComparison.Ordinal);

        string[] words = ["Yes", "YES", "No"];
        var alike = await numbers.ValidateAsync(WrittenCase.Csv("ID,X,CLASS", 90, (i, u) => [i, u[0], words[i % 3]]));
        var message = Assert.Single(alike.Warnings, w => w.Code == "label-spelling").Message;
        Assert.Contains("'Yes' is a class of its own. It looks like 'YES' but differs: character 2 is e (U+0065), not E (U+0045).", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_numbers_that_a_double_would_make_one_are_not_told_to_be_one()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Multiclass);
        string[] classes = ["100000000000000000001", "100000000000000000002", "5"];
        var validated = await pipeline.ValidateAsync(WrittenCase.Csv("ID,X,CLASS", 90, (i, u) => [i, u[0], classes[i % 3]]));

        Assert.True(validated.Accepted);
        Assert.DoesNotContain(validated.Warnings, w => w.Code == "label-spelling");
    }

    [Theory]
    [InlineData("Yes", "YES", "It looks like 'Yes' but differs")]
    [InlineData("1.1", "1.10", "As a number it is '1.1', but it is written otherwise.")]
    [InlineData("7", "007", "As a number it is '7', but it is written otherwise.")]
    public async Task A_later_file_s_label_that_nearly_is_a_known_class_is_refused_and_the_class_is_named(string known, string later, string said)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Multiclass);
        string[] classes = [known, "other", "third"];
        var initial = await pipeline.DropAsync("initial", WrittenCase.Csv("ID,X,CLASS", 90, (i, u) => [i, u[0], classes[i % 3]]));
        var drop = await pipeline.DropAsync("20240101", $"ID,X,CLASS\n1001,0.5,other\n1002,0.5,{later}\n");

        var refused = await pipeline.ValidateAsync(drop, initial);

        var error = Assert.Single(refused.Errors);
        Assert.Equal(("label-value", 3L), (error.Code, error.Line));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_is_not_the_class_of_the_same_number() => Assert.Equal((-1, 0), (new LabelValues(["7", "8"]).ClassOf("007"), new LabelValues(["7", "8"]).ClassOf("7.0")));
}
