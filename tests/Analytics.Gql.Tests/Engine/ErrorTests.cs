// What a client reads when something goes wrong, and what only the log says.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Engine;

public sealed class ErrorTests : IDisposable
{
    private readonly SampleEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_fault_is_masked_and_logged_once_with_the_trace_id_of_the_answer()
    {
        var answer = await _engine.RunAsync("{ echo(text: \"a\") boom: boom }");
        Assert.Equal("INTERNAL", answer.Code());
        Assert.Equal("The server failed to answer. Quote the trace id trace-1 when you report it.", answer.Message());
        Assert.Equal(
            """{"locations":[{"line":1,"column":19}],"path":["boom"],"extensions":{"code":"INTERNAL","traceId":"trace-1"}}""",
            answer.Error().GetRawText()[0] + answer.Error().GetRawText().Split("report it.\",")[1]);
        var (level, text, exception) = Assert.Single(_engine.Log.Entries);
        Assert.Equal(LogLevel.Error, level);
        Assert.Equal("Field boom failed; the client got INTERNAL with trace id trace-1.", text);
        Assert.Equal("secret: password=hunter2", exception!.Message);
    }

    [Fact]
    public async Task A_failed_fetch_reaches_each_waiting_field_and_is_logged_once()
    {
        var answer = await _engine.RunAsync("{ a: broken(key: 1) b: broken(key: 2) }");
        Assert.Equal(["a", "b"], Paths(answer));
        Assert.Equal(["INTERNAL", "INTERNAL"], [answer.Code(0), answer.Code(1)]);
        Assert.DoesNotContain("hunter2", answer.GetRawText(), StringComparison.Ordinal);
        Assert.Single(_engine.Log.Entries);
        Assert.Equal([("broken", 2)], _engine.Sample.Fetches);
    }

    [Fact]
    public async Task A_client_error_of_a_fetch_keeps_the_path_of_each_field_that_waited()
    {
        var answer = await _engine.RunAsync("{ a: broken(key: 7) b: broken(key: 8) }");
        Assert.Equal(["a", "b"], Paths(answer));
        Assert.Equal(["NOT_FOUND", "NOT_FOUND"], [answer.Code(0), answer.Code(1)]);
        Assert.Equal("There is no number 7.", answer.Message());
        Assert.Empty(_engine.Log.Entries);
    }

    [Fact]
    public async Task An_error_that_a_mapper_knows_has_its_code_and_is_logged_as_a_warning()
    {
        var answer = await _engine.RunAsync("{ late }");
        Assert.Equal(("TIMEOUT", "Too slow. Ask for less."), (answer.Code(), answer.Message()));
        Assert.Equal(LogLevel.Warning, Assert.Single(_engine.Log.Entries).Level);
    }

    [Fact]
    public async Task A_client_error_reaches_the_client_as_it_is()
    {
        var answer = await _engine.RunAsync("{ refuse }");
        Assert.Equal(("BAD_USER_INPUT", "No: 5 weeks; at most 4. Ask for fewer."), (answer.Code(), answer.Message()));
    }

    [Fact]
    public async Task A_number_that_json_cannot_write_is_a_fault_of_the_field() =>
        Assert.Equal("INTERNAL", (await _engine.RunAsync("{ notANumber }")).Code());

    [Theory]
    [InlineData("{ ech }", "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'ech' on type 'Query'. Did you mean 'echo'?")]
    [InlineData("{ echo", "GRAPHQL_PARSE_FAILED", "Error parsing query: Expected Name, found EOF")]
    [InlineData("{ echo(text: 5) }", "BAD_USER_INPUT", "Argument 'text' has invalid value. Expected type 'String', found 5.")]
    [InlineData("{ order(value: SIDEWAYS) }", "BAD_USER_INPUT", "Expected type 'WeekOrder', found SIDEWAYS.")]
    [InlineData("{ person { name } }", "GRAPHQL_VALIDATION_FAILED", "'id'")]
    [InlineData("query ($v: Person! = ASC) { echo(text: $v) }", "GRAPHQL_VALIDATION_FAILED",
        "Variable 'v' cannot be non-input type 'Person!'.")]
    [InlineData("{ idOf(value: \"abc\") }", "BAD_USER_INPUT",
        "argument 'value' of field 'idOf'. 'abc' is not an id. Ids are UUIDs as this API returns them, such as \"6f9619ff")]
    [InlineData("{ idOf(value: 12) }", "BAD_USER_INPUT", "'12' is not an id.")]
    [InlineData("{ people(ids: [\"x\"]) { id } }", "BAD_USER_INPUT", "'x' is not an id.")]
    [InlineData("query ($v: ID = \"abc\") { idOf(value: $v) }", "BAD_USER_INPUT", "'abc' is not an id.")]
    [InlineData("{ day(value: \"2026-02-30\") }", "BAD_USER_INPUT",
        "'2026-02-30' is not a date. Write year, month and day, such as \"2026-01-05\".")]
    [InlineData("{ day(value: [5]) }", "BAD_USER_INPUT", "'a list or an object' is not a date.")]
    [InlineData("{ day(value: true) }", "BAD_USER_INPUT", "'true' is not a date.")]
    [InlineData("{ day(value: TODAY) }", "BAD_USER_INPUT", "'TODAY' is not a date.")]
    [InlineData("{ instant(value: \"2026-01-05T06:30:00\") }", "BAD_USER_INPUT",
        "'2026-01-05T06:30:00' is not an instant. Write ISO 8601 with Z")]
    public async Task An_invalid_document_says_where_and_what(string query, string code, string message)
    {
        var answer = await _engine.RunAsync(query);
        Assert.Equal(code, answer.Code());
        Assert.Contains(message, answer.Message(), StringComparison.Ordinal);
        Assert.True(answer.Error().GetProperty("locations")[0].GetProperty("line").GetInt32() == 1);
        Assert.False(answer.TryGetProperty("data", out _));
        Assert.Empty(_engine.Log.Entries);
    }

    public static TheoryData<string, object?, string> BadVariables => new()
    {
        { "ID", "abc", "Variable '$v' is invalid. 'abc' is not an id. Ids are UUIDs" },
        { "ID", 5, "Variable '$v' is invalid. '5' is not an id." },
        { "ID", new string('x', 500), new string('x', 64) + "…' is not an id." },
        { "ID!", null, "Variable '$v' is invalid. Received a null input for a non-null variable." },
        { "Date", "5.1.2026", "Variable '$v' is invalid. '5.1.2026' is not a date." },
        { "DateTime", true, "Variable '$v' is invalid. 'true' is not an instant." },
        { "Float", "much", "Variable '$v' is invalid. Unable to convert 'much' to 'Float'" },
        { "WeekOrder!", "SIDEWAYS", "Variable '$v' is invalid. Unable to convert 'SIDEWAYS' to 'WeekOrder'" },
        { "String", new[] { "a" }, "Variable '$v' is invalid." },
    };

    [Theory]
    [MemberData(nameof(BadVariables))]
    public async Task An_invalid_variable_is_named_with_its_value_and_the_remedy(string type, object? value, string message)
    {
        var field = type.TrimEnd('!') switch
        {
            "ID" => "idOf",
            "Date" => "day",
            "DateTime" => "instant",
            "Float" => "number",
            "WeekOrder" => "order",
            _ => "echo",
        };
        var answer = await _engine.RunAsync(
            $"query ($v: {type}) {{ {field}({(field == "echo" ? "text" : "value")}: $v) }}", new { v = value });
        Assert.Equal("BAD_USER_INPUT", answer.Code());
        Assert.Contains(message, answer.Message(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_with_hundreds_of_errors_tells_the_first_fifty()
    {
        var answer = await _engine.RunAsync("{" + string.Concat(Enumerable.Range(0, 200).Select(n => $" none{n}")) + "}");
        Assert.Equal(50, answer.GetProperty("errors").GetArrayLength());
        Assert.Contains("'none0'", answer.Message(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_of_an_input_object_is_named_by_its_path()
    {
        var answer = await _engine.RunAsync(
            "mutation ($input: ChangeInput!) { change(input: $input) }", new { input = new { personId = "nobody" } });
        Assert.Contains("'$input.personId' is invalid. 'nobody' is not an id.", answer.Message(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("query A { echo } query B { echo }", null, "BAD_USER_INPUT", "'operationName'")]
    [InlineData("query A { echo } query B { echo }", "C", "BAD_USER_INPUT", "'C'")]
    [InlineData("subscription { echo }", null, "GRAPHQL_VALIDATION_FAILED", "This API has no subscriptions.")]
    [InlineData("fragment F on Query { echo }", null, "GRAPHQL_VALIDATION_FAILED", "Document does not contain any operations.")]
    public async Task An_operation_that_is_not_there_is_told(string query, string? name, string code, string message)
    {
        var answer = await _engine.RunAsync(query, operationName: name);
        Assert.Equal(code, answer.Code());
        Assert.Contains(message, answer.Message(), StringComparison.Ordinal);
    }

    private static IEnumerable<string?> Paths(JsonElement answer) =>
        answer.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path")[0].GetString()).Order();
}
