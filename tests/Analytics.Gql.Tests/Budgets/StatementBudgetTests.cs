// SQL statements of each operation, as the server tells them.
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Tests.Api;

namespace Analytics.Gql.Tests.Budgets;

public sealed class StatementBudgetTests(BudgetFixture server) : IClassFixture<BudgetFixture>
{
    [Theory]
    [MemberData(nameof(OperationBudget.Operations), MemberType = typeof(OperationBudget))]
    public async Task An_operation_takes_as_many_statements_as_its_budget_says(string operation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = JsonContent.Create(new
            {
                query = OperationBudget.TextOf(operation),
                variables = JsonDocument.Parse(server.Variables),
            }),
        };
        request.Headers.Add("X-Analytics-Statements", "1");
        using var response = await server.Http.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        Assert.Equal(OperationBudget.Of(operation).Statements, answer.GetProperty("extensions").GetProperty("statements").GetInt32());
    }

    [Fact]
    public void Every_operation_with_one_result_has_a_budget() => Assert.Equal(
        ((IEnumerable<object[]>)SchemaTests.OperationsWithOneResult).Select(row => Path.GetFileNameWithoutExtension((string)row[0])),
        OperationBudget.All.Select(budget => budget.Operation));
}
