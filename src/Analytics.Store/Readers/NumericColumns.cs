// Reads numeric columns as doubles, out of the bytes that PostgreSQL sends.
//
// A cast to float8 in SQL writes the number as text and reads that again, an eighth of PostgreSQL's time for 600 weeks; and
// a C# decimal holds 28 digits, where a numeric that somebody once entered may have thousands.
using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;

namespace Analytics.Store.Readers;

public static class NumericColumns
{
    // Four 16-bit numbers: how many digits of base 10,000, the place of the first, sign, decimals to show; then the digits.
    private const int HeadBytes = 8;
    private const int Base = 10_000;
    private const int BaseDecimals = 4;
    private const int UsualBytes = HeadBytes + (16 * sizeof(short));

    private const ushort Positive = 0x0000;
    private const ushort Negative = 0x4000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    // Up to this a double holds every integer, and up to the last of these every power of ten.
    private const long LargestExact = 1L << 53;
    private const int MostExactDigits = 4;
    private static readonly double[] _powersOfBase = [1e0, 1e4, 1e8, 1e12, 1e16, 1e20];

    [ThreadStatic] private static byte[]? _bytes;

    /// <summary>The double that is nearest to a numeric, as <c>::float8</c> in SQL would have it; the column is not null.</summary>
    public static double GetNumeric(this DbDataReader row, int column)
    {
        var bytes = _bytes ??= new byte[UsualBytes];
        var length = row.GetBytes(column, 0, bytes, 0, bytes.Length);
        if (length == bytes.Length)
        {
            bytes = new byte[row.GetBytes(column, 0, null, 0, 0)];
            length = row.GetBytes(column, 0, bytes, 0, bytes.Length);
        }
        return NearestTo(bytes.AsSpan(0, (int)length));
    }

    /// <inheritdoc cref="GetNumeric"/>
    /// <returns>Null where the column is.</returns>
    public static double? GetNumericOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetNumeric(column);

    private static double NearestTo(ReadOnlySpan<byte> numeric)
    {
        var count = BinaryPrimitives.ReadInt16BigEndian(numeric);
        var shift = BinaryPrimitives.ReadInt16BigEndian(numeric[2..]) + 1 - count;
        var sign = BinaryPrimitives.ReadUInt16BigEndian(numeric[4..]);
        var digits = numeric[HeadBytes..];
        if (sign is not (Positive or Negative)) return NotFinite(sign);
        var size = count <= MostExactDigits && Math.Abs(shift) < _powersOfBase.Length && Whole(digits) is var whole and <= LargestExact
            // Two numbers that are exact, and one operation: rounded once.
            ? shift < 0 ? whole / _powersOfBase[-shift] : whole * _powersOfBase[shift]
            : Parsed(digits, shift);
        return sign == Negative ? -size : size;
    }

    private static long Whole(ReadOnlySpan<byte> digits)
    {
        var whole = 0L;
        for (; digits.Length > 0; digits = digits[sizeof(short)..])
            whole = (whole * Base) + BinaryPrimitives.ReadInt16BigEndian(digits);
        return whole;
    }

    private static double Parsed(ReadOnlySpan<byte> digits, int shift)
    {
        var text = new System.Text.StringBuilder();
        for (; digits.Length > 0; digits = digits[sizeof(short)..])
            text.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadInt16BigEndian(digits):D4}");
        text.Append(CultureInfo.InvariantCulture, $"E{shift * BaseDecimals}");
        return double.Parse(text.ToString(), CultureInfo.InvariantCulture);
    }

    private static double NotFinite(ushort sign) => sign switch
    {
        PositiveInfinity => double.PositiveInfinity,
        NegativeInfinity => double.NegativeInfinity,
        _ => double.NaN,
    };
}
