// docs/errors.md lists every code that a client can meet, and no other.
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Tests.Api;

public sealed partial class ErrorsPageTests
{
    [Fact]
    public async Task The_page_of_errors_lists_exactly_the_codes_of_the_server()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/errors.md"));
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        Assert.Equal(codes, Row().Matches(page).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static string Here([CallerFilePath] string path = "") => path;
}
