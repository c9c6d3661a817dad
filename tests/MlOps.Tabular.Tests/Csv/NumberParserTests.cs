using System.Globalization;
using System.Text;

namespace MlOps.Tabular.Tests.Csv;

public sealed class NumberParserTests
{
    [Fact]
    public void A_million_random_doubles_printed_in_many_ways_parse_to_the_same_bits_as_double_Parse()
    {
        var random = new Random(17);
        var shortOnes = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            var text = Print(random);
            var expected = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            var (ok, value) = Parse(text, ref shortOnes);
            if (ok)
            {
                Assert.True(BitConverter.DoubleToUInt64Bits(expected) == BitConverter.DoubleToUInt64Bits(value), $"{text}: {value:R} instead of {expected:R}");
            }
            else
            {
                Assert.True(IsCode(text) || !double.IsFinite(expected), $"{text} was refused");
            }
        }

        Assert.True(!NumberParser.HasFastPath || shortOnes > 250_000, $"{shortOnes} took the short path");
    }

    [Fact]
    public void The_short_path_and_its_plain_twin_agree_on_every_cell()
    {
        var random = new Random(3);
        var alphabet = "0123456789.-+e 5,\"x"u8.ToArray();
        for (var i = 0; i < 300_000 && NumberParser.HasFastPath; i++)
        {
            var cell = new byte[1 + random.Next(18)];
            for (var k = 0; k < cell.Length; k++)
            {
                cell[k] = alphabet[random.Next(random.Next(3) == 0 ? alphabet.Length : 11)];
            }

            var buffer = new byte[64];
            random.NextBytes(buffer);
            cell.CopyTo(buffer, 40 - cell.Length);
            var fast = NumberParser.TryParseShort(ref buffer[40], cell.Length, out var value, out var decimals, out var magnitude);
            var plain = NumberParser.TryParseShortPlain(cell, out var plainValue, out var plainDecimals, out var plainMagnitude);
            Assert.True(fast == plain, Encoding.ASCII.GetString(cell));
            if (fast)
            {
                Assert.True(value.Equals(plainValue) && decimals == plainDecimals && magnitude == plainMagnitude, Encoding.ASCII.GetString(cell));
            }
        }
    }

    [Theory]
    [InlineData("007")]
    [InlineData("12345678901234567890")]
    [InlineData("9007199254740993")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("inf")]
    [InlineData("1e999")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    public void What_a_double_would_change_is_no_number(string text) => Assert.False(NumberParser.TryParse(Encoding.ASCII.GetBytes(text), out _));

    private static (bool Ok, double Value) Parse(string text, ref int shortOnes)
    {
        var buffer = new byte[64 + text.Length + 1];
        Encoding.ASCII.GetBytes(text, buffer.AsSpan(64));
        buffer[^1] = (byte)',';
        double value;
        if (NumberParser.HasFastPath && NumberParser.TryParseShort(ref buffer[64 + text.Length], text.Length, out value, out _, out _))
        {
            shortOnes++;
            return (true, value);
        }

        return (NumberParser.TryParse(buffer.AsSpan(64, text.Length), out value), value);
    }

    private static bool IsCode(string text)
    {
        var digits = text.Trim().TrimStart('-', '+');
        return (digits.Length > 1 && digits[0] == '0' && char.IsDigit(digits[1])) || (digits.All(char.IsDigit) && double.Parse(digits) >= 9007199254740992);
    }

    private static string Print(Random random)
    {
        var value = random.Next(6) switch
        {
            0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            1 => Math.Round(random.NextDouble() * 1000, random.Next(8)),
            2 => random.Next(-100000, 100000),
            3 => random.NextDouble(),
            4 => random.NextInt64(-1L << 53, 1L << 53),
            _ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)),
        };
        if (!double.IsFinite(value))
        {
            value = 1.5;
        }

        var format = random.Next(7) switch { 0 => "R", 1 => "E" + random.Next(1, 20), 2 => "F" + random.Next(0, 12), 3 => "G17", 4 => "G" + random.Next(1, 16), 5 => "e3", _ => "R" };
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return random.Next(20) switch { 0 => " " + text, 1 => text + " ", 2 when text[0] != '-' => "+" + text, _ => text };
    }
}
