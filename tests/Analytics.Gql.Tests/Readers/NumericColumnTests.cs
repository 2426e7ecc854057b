// Numerics are read as doubles from PostgreSQL's own bytes: they must be what its cast to float8 gives, bit for bit.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Readers;
using Npgsql;

namespace Analytics.Gql.Tests.Readers;

public sealed class NumericColumnTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0.00")]
    [InlineData("1")]
    [InlineData("10000")]
    [InlineData("0.0001")]
    [InlineData("-2.5")]
    [InlineData("7.89")]
    [InlineData("9007199254740992")]
    [InlineData("9007199254740993")]
    [InlineData("9999999999999999")]
    [InlineData("900719925474.0993")]
    [InlineData("123456789012345678901234567890.5")]
    [InlineData("12345678.000000000000000000000000000001")]
    [InlineData("1e99")]
    [InlineData("-1e307")]
    [InlineData("1e-90")]
    [InlineData("1e-320")]
    [InlineData("5e23")]
    [InlineData("'NaN'")]
    [InlineData("'Infinity'")]
    [InlineData("'-Infinity'")]
    [InlineData("repeat('9', 300)")]
    [InlineData("'0.' || repeat('3', 16000)")]
    [InlineData("'9007199254740993.' || repeat('0', 900) || '1'")]
    public Task A_numeric_reads_as_its_cast_does(string numeric) =>
        AssertAsCastAsync($"select ({numeric})::text::numeric as n");

    [Fact]
    public Task Ten_thousand_numerics_of_all_sizes_read_as_their_casts_do() => AssertAsCastAsync("""
        select ((random() - 0.5) * 10 ^ (random() * 60 - 30))::numeric * (case when i % 2 = 0 then 1 else random()::numeric end) as n
        from generate_series(1, 5000) as i
        union all
        select round((random() * 10 ^ (random() * 18))::numeric, i % 4) from generate_series(1, 5000) as i
        """);

    [Fact]
    public async Task Null_is_null()
    {
        await using var rows = await OpenAsync("select null::numeric as n");
        Assert.Null(rows.GetNumericOrNull(0));
    }

    private async Task AssertAsCastAsync(string numerics)
    {
        await using var rows = await OpenAsync($"select x.n, x.n::float8, x.n::text from ({numerics}) as x");
        do
        {
            var (read, cast) = (rows.GetNumeric(0), rows.GetDouble(1));
            Assert.True(
                BitConverter.DoubleToInt64Bits(read) == BitConverter.DoubleToInt64Bits(cast) || (double.IsNaN(read) && double.IsNaN(cast)),
                $"{rows.GetString(2)} reads as {read:R}, and its cast as {cast:R}.");
            Assert.Equal(read, rows.GetNumericOrNull(0));
        }
        while (await rows.ReadAsync());
    }

    private async Task<NpgsqlDataReader> OpenAsync(string sql)
    {
        var rows = await fixture.Database.DataSource.CreateCommand(sql).ExecuteReaderAsync();
        Assert.True(await rows.ReadAsync());
        return rows;
    }
}
