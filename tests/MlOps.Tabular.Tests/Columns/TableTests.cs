using System.Text;

namespace MlOps.Tabular.Tests.Columns;

public sealed class TableTests
{
    [Fact]
    public void A_stored_table_comes_back_equal_and_the_same_table_gives_the_same_bytes()
    {
        var table = Sample();
        var bytes = Save(table);
        Assert.Equal(bytes, Save(Sample()));
        var back = Table.Load(new MemoryStream(bytes));
        Assert.Equal(table.LineNumbers, back.LineNumbers);
        foreach (var column in table.Columns)
        {
            var other = back[column.Name];
            Assert.Equal(column.Kind, other.Kind);
            Assert.Equal(Enumerable.Range(0, column.RowCount).Select(column.Text), Enumerable.Range(0, other.RowCount).Select(other.Text));
            if (column is NumberColumn numbers)
            {
                Assert.Equal(numbers.Values.Select(BitConverter.DoubleToInt64Bits), ((NumberColumn)other).Values.Select(BitConverter.DoubleToInt64Bits));
            }
        }
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_of_a_stored_table_is_noticed()
    {
        var bytes = Save(Sample());
        for (var i = 0; i < bytes.Length; i++)
        {
            var broken = (byte[])bytes.Clone();
            broken[i] ^= (byte)(1 << (i % 8));
            Assert.Throws<InvalidDataException>(() => Table.Load(new MemoryStream(broken)));
            Assert.Throws<InvalidDataException>(() => Table.Load(new MemoryStream(bytes[..i])));
        }
    }

    [Fact]
    public void A_damaged_column_is_named()
    {
        var bytes = Save(Sample());
        bytes[^10] ^= 1;
        Assert.Contains("'text'", Assert.Throws<InvalidDataException>(() => Table.Load(new MemoryStream(bytes))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_are_joined_by_name_and_kinds_widened()
    {
        var joined = Table.Concatenate([Read("a,b,c\n1,x,1.5\n2,y,\n"), Read("b,a,d\n7,3,z\n")]);
        Assert.Equal(["a", "b", "c", "d"], joined.Columns.Select(c => c.Name));
        Assert.Equal(["1", "2", "3"], Texts(joined["a"]));
        Assert.Equal(["x", "y", "7"], Texts(joined["b"]));
        Assert.Equal(["1.5", null, null], Texts(joined["c"]));
        Assert.Equal([null, null, "z"], Texts(joined["d"]));
        Assert.Equal([2L, 3, 2], joined.LineNumbers);
    }

    [Fact]
    public void A_part_without_values_does_not_turn_a_column_of_numbers_into_text()
    {
        Assert.Equal(ColumnKind.Number, Table.Concatenate([Read("a,b\n1,2\n"), Read("a,b\nNA,3\n")])["a"].Kind);
    }

    [Fact]
    public void Rows_are_taken_in_the_order_asked_for_with_their_lines()
    {
        var taken = Read("a,t\n1,x\n2,y\n3,x\n").TakeRows([2, 0, 2]);
        Assert.Equal(["3", "1", "3"], Texts(taken["a"]));
        Assert.Equal(["x"], ((TextColumn)taken["t"]).Categories);
        Assert.Equal([4L, 2, 4], taken.LineNumbers);
        Assert.Contains("a, t", Assert.Throws<KeyNotFoundException>(() => taken["nope"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_by_row_are_the_same_while_a_stored_column_is_packed_and_after_all_were_asked_for()
    {
        int[] rows = [2, 0, 0, 1];
        foreach (var column in Sample().Columns.OfType<NumberColumn>())
        {
            var stored = (NumberColumn)Table.Load(new MemoryStream(Save(Sample())))[column.Name];
            var (packed, whole) = (new double[4], new double[4]);
            stored.CopyTo(rows, packed);
            Assert.Equal(column.Values, stored.Values);
            stored.CopyTo(rows, whole);
            Assert.Equal(Array.ConvertAll(rows, row => BitConverter.DoubleToUInt64Bits(column.Values[row])), Array.ConvertAll(packed, BitConverter.DoubleToUInt64Bits));
            Assert.Equal(Array.ConvertAll(packed, BitConverter.DoubleToUInt64Bits), Array.ConvertAll(whole, BitConverter.DoubleToUInt64Bits));
        }
    }

    [Fact]
    public void A_table_that_is_written_column_by_column_has_the_bytes_of_one_that_is_held_whole()
    {
        var columns = Sample().Columns;
        var stream = new MemoryStream();
        Table.Save(stream, 3, columns.Count, columns.Select(column => column));
        Assert.Equal(Save(new Table(columns, rowCount: 3)), stream.ToArray());
        Assert.Throws<ArgumentException>(() => Table.Save(new MemoryStream(), 3, columns.Count + 1, columns));
    }

    private static Table Sample() => new(
        [
            new NumberColumn("tiny", [1, -127, double.NaN]),
            new NumberColumn("small", [1, 30000, -128]),
            new NumberColumn("whole", [1, 1e9, double.NaN]),
            new NumberColumn("zero", [-0.0, 1, 2]),
            new NumberColumn("real", [0.1, double.NaN, 1e300]),
            new NumberColumn("flag", [1, 0, double.NaN], ColumnKind.Boolean),
            TextColumn.FromTexts("text", ["漢字", null, ""]),
        ],
        [2, 3, 5]);

    private static byte[] Save(Table table)
    {
        var stream = new MemoryStream();
        table.Save(stream);
        return stream.ToArray();
    }

    private static IEnumerable<string?> Texts(Column column) => Enumerable.Range(0, column.RowCount).Select(column.Text);

    private static Table Read(string text) => CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text))).Table;
}
