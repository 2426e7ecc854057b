// The triggers that stage: without them an aggregate is as fresh as the last night, and nobody notices.
using Analytics.Store.Refresh;

namespace Analytics.Store.Doctor;

internal static class TriggerChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("trigger.missing", Severity.Error, "A trigger that stages changes is not there.", "analytics-gql migrate",
            (on, ct) => OfAsync(on, t => !t.IsThere, t => new Fault(
                $"{t.Table} has no trigger {t.Name}: changes are not staged.",
                Remedy.Command("analytics-gql migrate"), Remedy.Command("analytics-gql refresh --full")), ct)),
        new("trigger.disabled", Severity.Error, "A trigger that stages changes is switched off.", "alter table … enable trigger …",
            (on, ct) => OfAsync(on, t => t is { IsThere: true, Fires: false }, t => new Fault(
                $"trigger {t.Name} on {t.Table} is disabled: changes are not staged.",
                Remedy.Sql(t.Enable), Remedy.Command("analytics-gql refresh --full")), ct)),
    ];

    private static async Task<IReadOnlyList<Fault>> OfAsync(
        Examination on, Func<StagingTriggers.Trigger, bool> which, Func<StagingTriggers.Trigger, Fault> fault, CancellationToken ct) =>
        [.. (await StagingTriggers.ReadAsync(on.Primary, ct)).Where(which).Select(fault)];
}
