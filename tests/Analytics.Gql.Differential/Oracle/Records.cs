// Personal records, from their definition in words: per user and exercise over working sets the heaviest weight, the best
// estimated one-repetition maximum (Epley, reps 1 to 12; a single counts as its own weight), the best volume of a set and
// the longest distance, each where it was first reached: at the earliest start, and there in the smallest session id.
namespace Analytics.Gql.Differential.Oracle;

/// <param name="Value">Null when no set has one; then Session and At are null too.</param>
public sealed record Best(decimal? Value, Guid? Session, DateTime? At);

public sealed record Record(Guid Exercise, Best MaxWeightKg, Best BestE1rmKg, Best BestSetVolumeKg, Best MaxDistanceM)
{
    public static IEnumerable<Record> Of(IEnumerable<CoreSession> sessions, ILookup<Guid, CoreSet> sets) =>
        from session in sessions
        from set in sets[session.SessionId]
        where !set.IsWarmup
        group (session, set) by set.ExerciseId into done
        orderby done.Key.ToString()
        select new Record(
            done.Key, First(done, s => s.WeightKg), First(done, Epley), First(done, s => s.Reps * s.WeightKg),
            First(done, s => s.DistanceM));

    /// <summary>weight x (1 + reps / 30).</summary>
    private static decimal? Epley(CoreSet set) => set.Reps switch
    {
        1 => set.WeightKg,
        >= 2 and <= 12 => set.WeightKg * (30 + set.Reps) / 30m,
        _ => null,
    };

    private static Best First(IEnumerable<(CoreSession Session, CoreSet Set)> done, Func<CoreSet, decimal?> measure)
    {
        var best = (from one in done
                    let value = measure(one.Set)
                    where value is not null
                    orderby value descending, one.Session.StartedAt, one.Session.SessionId.ToString()
                    select (value, one.Session)).FirstOrDefault();
        return new Best(best.value, best.Session?.SessionId, best.Session?.StartedAt);
    }
}
