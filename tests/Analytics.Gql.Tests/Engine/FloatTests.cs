// Floats are written by a way of their own where they have few decimals: the same text as any other way gives.
using System.Buffers;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Engine.Scalars;

namespace Analytics.Gql.Tests.Engine;

public sealed class FloatTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(62.5, "62.5")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.001, "0.001")]
    [InlineData(-12.034, "-12.034")]
    [InlineData(7.89, "7.89")]
    [InlineData(0.0004, "0.0004")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(999_999_999_999.999, "999999999999.999")]
    [InlineData(1e12, "1000000000000")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e300, "1E+300")]
    [InlineData(1e-5, "1E-05")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    [InlineData(double.Epsilon, "5E-324")]
    public void A_float_is_as_short_as_it_can_be_read_back(double value, string text) =>
        Assert.Equal(text, Written(FloatScalar.Write, value));

    [Fact]
    public void A_million_floats_of_all_sizes_and_decimals_are_written_as_the_writer_does()
    {
        var random = new Random(1);
        for (var i = 0; i < 1_000_000; i++)
        {
            var value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 17));
            if (i % 4 > 0) value = Math.Round(value, random.Next(0, 6));
            if (i % 16 == 1) value = Math.BitIncrement(value);
            var (ours, writers) = (Written(FloatScalar.Write, value), Written((json, number) => json.WriteNumberValue(number), value));
            Assert.True(ours == writers, $"{value:R}: {ours} instead of {writers}");
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_not_finite_is_refused(double value) =>
        Assert.Throws<ArgumentException>(() => Written(FloatScalar.Write, value));

    private static string Written(Action<Utf8JsonWriter, double> write, double value)
    {
        var bytes = new ArrayBufferWriter<byte>(32);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true })) write(json, value);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
