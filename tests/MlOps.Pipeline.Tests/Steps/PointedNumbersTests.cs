using System.Globalization;
using System.Text;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>
/// Numbers with a point in a file with decimal commas. The truth is the numbers that the files were written from, as a German program writes them.
/// </summary>
public sealed class PointedNumbersTests(AzuriteFixture azurite)
{
    private const string Definition = "label: TARGET\nid: ID\n" + WrittenCase.Model;

    private static readonly NumberFormatInfo German = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    [Fact]
    public async Task Grouped_thousands_beside_a_decimal_comma_are_told_with_the_setting_that_reads_them()
    {
        var (csv, population) = Table(i => (1 + (i % 900)) * 1000 + (i * 37 % 1000), n => n.ToString("N0", German));
        Assert.Contains(";54.961;", csv, StringComparison.Ordinal);

        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var warning = Assert.Single((await pipeline.ValidateAsync(csv)).Warnings, w => w.Code == "pointed-numbers");

        Assert.Equal(("PEOPLE", 2), (warning.ColumnName, warning.Column));
        Assert.Contains("'PRICE' has a decimal comma", warning.Message, StringComparison.Ordinal);
        const string Setting = "csv: {columns: {PEOPLE: {decimal: \",\", thousands: \".\"}}}";
        Assert.Contains(Setting, warning.Message, StringComparison.Ordinal);

        // As it is told: read with a point, until the setting says that it divides thousands.
        Assert.Equal((population.Min() / 1000, population.Max() / 1000), await RangeAsync(pipeline, csv));
        var said = await TestPipeline.CreateAsync(azurite, Definition + Setting + "\n");
        Assert.Equal((population.Min(), population.Max()), await RangeAsync(said, csv));
        Assert.DoesNotContain((await said.ValidateAsync(csv)).Warnings, w => w.Code == "pointed-numbers");
    }

    [Theory]
    [InlineData("two decimals")]
    [InlineData("below one")]
    [InlineData("no comma in the file")]
    public async Task A_point_that_can_only_be_a_decimal_point_is_not_told(string kind)
    {
        Func<double, string> point = kind switch
        {
            "two decimals" => n => (n / 100).ToString("0.00", CultureInfo.InvariantCulture),
            "below one" => n => (n / 1_000_000).ToString("0.000", CultureInfo.InvariantCulture),
            _ => n => n.ToString("N0", German),
        };
        var (csv, _) = Table(i => 100_000 + (i * 37), point);
        csv = kind == "no comma in the file" ? csv.Replace(',', '.') : csv;

        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);

        Assert.DoesNotContain((await pipeline.ValidateAsync(csv)).Warnings, w => w.Code == "pointed-numbers");
    }

    private static (string Csv, double[] Numbers) Table(Func<int, double> number, Func<double, string> write)
    {
        var text = new StringBuilder("ID;PEOPLE;PRICE;TARGET\n");
        double[] numbers = [.. Enumerable.Range(0, 200).Select(number)];
        for (var i = 0; i < numbers.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i};{write(numbers[i])};{((i % 70) + 0.25).ToString("0.00", German)};{i % 2}\n");
        }

        return (text.ToString(), numbers);
    }

    private static async Task<(double Least, double Most)> RangeAsync(TestPipeline pipeline, string csv)
    {
        var key = (await pipeline.ValidateAsync(csv)).RequireKey();
        var schema = FileSchema.Load(new MemoryStream(Encoding.UTF8.GetBytes(await pipeline.ReadAsync(key, "schema.json"))));
        var column = schema.Columns.Single(c => c.Name == "PEOPLE");
        return (column.Minimum!.Value, column.Maximum!.Value);
    }
}
