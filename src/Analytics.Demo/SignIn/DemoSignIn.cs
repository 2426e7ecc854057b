// GET /demo/people ⇒ choose one ⇒ POST /demo/tokens ⇒ a token. Only the demo has these addresses.
using Dapper;
using Npgsql;

namespace Analytics.Demo.SignIn;

/// <param name="Id">What to ask a token for: a user's id, or <c>coach</c>.</param>
/// <param name="Role"><c>coach</c> or <c>athlete</c>.</param>
internal sealed record Person(string Id, string Name, string Role);

internal static class DemoSignIn
{
    /// <summary>As many as one request for users may name.</summary>
    private const int MostAthletes = 100;

    /// <param name="featured">The athlete to name first; null: none.</param>
    public static void MapDemoSignIn(this IEndpointRouteBuilder routes, NpgsqlDataSource database, Guid? featured)
    {
        var demo = routes.MapGroup("/demo");
        demo.MapGet("/people", async (CancellationToken ct) => new { people = await PeopleAsync(database, featured, ct) });
        // A page of another site cannot send JSON without being asked first, and is not answered then.
        demo.MapPost("/tokens", async (TokenRequest asked, TimeProvider time, CancellationToken ct) =>
            await IsPersonAsync(database, asked.Id, ct)
                ? Results.Ok(DemoTokens.For(asked.Id, time.GetUtcNow()))
                : Results.NotFound(new { error = $"There is no '{asked.Id}'. GET /demo/people names whom there is." }));
    }

    private static async Task<IEnumerable<Person>> PeopleAsync(NpgsqlDataSource database, Guid? featured, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var athletes = await connection.QueryAsync<(Guid Id, string Name)>(new CommandDefinition(
            """
            select u.user_id, u.display_name
            from core.users as u
            order by u.user_id = @featured desc, lower(u.display_name), u.user_id
            limit @most
            """, new { featured = featured ?? Guid.Empty, most = MostAthletes }, cancellationToken: ct));
        return athletes.Select(a => new Person($"{a.Id}", a.Name, "athlete")).Prepend(new Person(DemoTokens.Coach, "Coach", "coach"));
    }

    private static async Task<bool> IsPersonAsync(NpgsqlDataSource database, string id, CancellationToken ct)
    {
        if (id == DemoTokens.Coach)
            return true;
        if (!Guid.TryParseExact(id, "D", out var userId))
            return false;
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from core.users where user_id = @userId)", new { userId }, cancellationToken: ct));
    }

    /// <param name="Id">Of a <see cref="Person"/>.</param>
    private sealed record TokenRequest(string Id);
}
