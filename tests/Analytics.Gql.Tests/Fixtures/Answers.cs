// Short ways into an answer.
using System.Text.Json;

namespace Analytics.Gql.Tests.Fixtures;

internal static class Answers
{
    public static JsonElement Error(this JsonElement answer, int index = 0) => answer.GetProperty("errors")[index];

    public static string Code(this JsonElement answer, int index = 0) =>
        answer.Error(index).GetProperty("extensions").GetProperty("code").GetString()!;

    public static string Message(this JsonElement answer, int index = 0) =>
        answer.Error(index).GetProperty("message").GetString()!;

    public static string Data(this JsonElement answer) => answer.GetProperty("data").GetRawText();

    public static string Codes(this JsonElement answer) => answer.TryGetProperty("errors", out var errors)
        ? string.Join(' ', errors.EnumerateArray().Select((_, index) => answer.Code(index)).Distinct().Order())
        : "none";
}
