using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace MlOps.Tabular.Tests.Columns;

/// <summary>A long column is held as narrowly as its file allows, and nobody sees a difference.</summary>
public sealed class LargeColumnTests
{
    private const int Rows = 200_000;

    // Whoever runs beside this sees no difference, which is the promise.
    public LargeColumnTests() => NumberColumn.Large = Rows;

    private static readonly Gen<double> Amount =
        from whole in Gen.Choose(-300_000_000, 300_000_000)
        from decimals in Gen.Choose(0, 4)
        select whole / Math.Pow(10, decimals);

    private static readonly Gen<double> Any = Gen.Frequency(
        (1, Gen.Elements(double.NaN, 0.0, -0.0, double.PositiveInfinity, double.Epsilon, double.MaxValue, int.MinValue / 100.0, int.MaxValue / 100.0, 0.1 + 0.2, BitConverter.Int64BitsToDouble(0x7ff8_0000_0000_0001))),
        (1, ArbMap.Default.GeneratorFor<double>()),
        (8, Amount));

    [Fact]
    public void Packed_numbers_come_back_to_the_bit() => Prop.ForAll(Gen.OneOf(Any.ArrayOf(), Amount.ArrayOf(), Gen.Elements(double.NaN, 0.25, -1.5, 3).ArrayOf()).ToArbitrary(), values =>
    {
        var packed = PackedNumbers.Narrowest(values);
        Assert.Equal(Bits(values), Bits(packed.Unpack(values.Length)));
        int[] rows = [.. Enumerable.Range(0, values.Length).Reverse().Where(row => row % 3 != 1)];
        var some = new double[rows.Length];
        packed.CopyTo(rows, some);
        Assert.Equal(Bits([.. rows.Select(row => values[row])]), Bits(some));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    public void Amounts_of_up_to_four_decimals_take_four_bytes(int decimals, int bytes)
    {
        var random = new Random(decimals);
        var values = Enumerable.Range(0, 1000).Select(_ => double.Parse((random.NextDouble() * 100).ToString("F" + decimals, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(bytes * 1000, PackedNumbers.Narrowest(values).Bytes.Length);
    }

    [Fact]
    public void A_long_column_of_a_file_lets_its_doubles_go_and_gives_the_same_ones_again()
    {
        var column = (NumberColumn)Read()["amount"];
        var before = Bits(column.Values);
        Assert.Equal(Enumerable.Range(0, Rows).Select(Amounts).Select(BitConverter.DoubleToInt64Bits), before);
        var made = Made(column);
        GC.Collect();
        Assert.False(made.IsAlive);
        Assert.Equal(before, Bits(column.Values));
        Assert.Equal("0.01", column.Text(1));
        Assert.True(column.IsMissing(7));
        Assert.Equal(Rows / 1000, column.MissingCount);
        Assert.False(column.IsInteger);
    }

    [Fact]
    public void Renamed_taken_joined_and_stored_it_is_the_same()
    {
        var table = Read();
        int[] reversed = [.. Enumerable.Range(0, Rows).Reverse()];
        var taken = table.TakeRows(reversed).TakeRows(reversed);
        using var stored = new MemoryStream();
        table.Save(stored);
        stored.Position = 0;
        var loaded = Table.Load(stored);
        var joined = Table.Concatenate([table, loaded]);
        foreach (var name in (string[])["amount", "whole"])
        {
            var expected = Bits(((NumberColumn)table[name]).Values);
            Assert.Equal(expected, Bits(((NumberColumn)taken[name]).Values));
            Assert.Equal(expected, Bits(((NumberColumn)loaded[name]).Values));
            Assert.Equal(expected, Bits(((NumberColumn)loaded[name].Rename("other")).Values));
            Assert.Equal([.. expected, .. expected], Bits(((NumberColumn)joined[name]).Values));
            var some = new double[3];
            ((NumberColumn)loaded[name]).CopyTo([5, Rows - 1, 7], some);
            Assert.Equal([expected[5], expected[Rows - 1], expected[7]], Bits(some));
        }
    }

    private static WeakReference Made(NumberColumn column) => new(column.Values);

    private static Table Read()
    {
        var text = new StringBuilder("amount,whole\n");
        for (var row = 0; row < Rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(double.IsNaN(Amounts(row)) ? "" : Amounts(row).ToString("F2", CultureInfo.InvariantCulture))},{row % 100}\n");
        }

        return CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()))).Table;
    }

    private static double Amounts(int row) => row % 1000 == 7 ? double.NaN : row / 100.0;

    private static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}
