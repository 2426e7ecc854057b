// What each operation of schema/operations may cost the server: counts, so that a regression shows on any machine.
using System.Text.Json;
using Analytics.Gql.Tests.Api;

namespace Analytics.Gql.Tests.Budgets;

/// <param name="Operation">A file of schema/operations.</param>
/// <param name="Statements">SQL statements of one request, however many users it is about.</param>
/// <param name="AllocatedKiB">
/// Of one request by trusted document, as measured in a Debug build; a fifth more fails. Null: it changes something, and what
/// follows would be counted too.
/// </param>
public sealed record OperationBudget(string Operation, int Statements, int? AllocatedKiB)
{
    /// <summary>Room for another runtime; a release build stays below.</summary>
    public const double Tolerance = 1.2;

    public static IReadOnlyList<OperationBudget> All { get; } =
    [
        new("AthleteChart", Statements: 2, AllocatedKiB: 79),
        new("AthleteName", Statements: 1, AllocatedKiB: 31),
        new("AthletePage", Statements: 2, AllocatedKiB: 60),
        new("AthleteRecords", Statements: 2, AllocatedKiB: 190),
        new("AthleteWeeks", Statements: 1, AllocatedKiB: 37),
        new("EnqueueRefresh", Statements: 2, AllocatedKiB: null),
        new("Operations", Statements: 2, AllocatedKiB: 39),
        new("OperationsBoard", Statements: 3, AllocatedKiB: 46),
        new("RequestFullRefresh", Statements: 2, AllocatedKiB: null),
        new("ServiceFreshness", Statements: 1, AllocatedKiB: 29),
        new("SessionPage", Statements: 1, AllocatedKiB: 43),
        new("SessionPages", Statements: 1, AllocatedKiB: 44),
        new("TeamBoard", Statements: 2, AllocatedKiB: 446),
        new("TeamPage", Statements: 4, AllocatedKiB: 2474),
        new("TeamWeeks", Statements: 2, AllocatedKiB: 451),
        new("UserFreshness", Statements: 1, AllocatedKiB: 31),
        new("WeekSessions", Statements: 2, AllocatedKiB: 43),
    ];

    public static TheoryData<string> Operations => [.. All.Select(b => b.Operation)];

    public static TheoryData<string> Reads => [.. All.Where(b => b.AllocatedKiB is not null).Select(b => b.Operation)];

    public static OperationBudget Of(string operation) => All.Single(b => b.Operation == operation);

    public static string TextOf(string operation) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "operations", $"{operation}.graphql"));
}

/// <summary>50 users with twelve weeks, the first of whom has records in twenty exercises too.</summary>
public sealed class BudgetFixture : TeamFixture
{
    public string Variables => JsonSerializer.Serialize(new
    {
        userId = Users[0],
        ids = Users,
        from = "2026-01-05",
        to = "2026-03-29",
        first = 20,
    });

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Database.ExecuteAsync("""
            with exercise as (
                insert into core.exercises (name) select 'Exercise ' || n from generate_series(1, 20) as n returning exercise_id
            )
            insert into core.sets (session_id, exercise_id, set_index, reps, weight_kg, rpe)
            select s.session_id, e.exercise_id, 0, 5, 100, 8
            from exercise as e cross join core.sessions as s where s.user_id = @user
            """, new { user = Users[0] });
        await FreshAsync();
    }
}
