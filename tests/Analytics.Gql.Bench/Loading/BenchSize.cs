// How large the data is, and the ids in it that anyone can compute.
namespace Analytics.Gql.Bench.Loading;

/// <summary>Ids are md5 of 'user:n', 'exercise:n', 'session:n', 'set:n', n from 0: see <see cref="BenchData"/>.</summary>
public sealed record BenchSize(int Sessions)
{
    public const int SetsPerSession = 10;

    /// <summary>The fewest that give every query users enough.</summary>
    public const int FewestSessions = 50_000;

    private const int SessionsPerUser = 250;

    /// <summary>One session in so many belongs to a heavy user; prime, so that theirs are of every kind.</summary>
    public const int HeavyShare = 19;

    /// <summary>They train about twice a week for 104 weeks, but for the heavy ones.</summary>
    public int Users => Sessions / SessionsPerUser;

    /// <summary>The users 0 .. this - 1, with about 5,000 sessions each: 48 a week.</summary>
    public int HeavyUsers => Math.Max(1, Sessions / HeavyShare / 5_000);

    /// <summary>The size of loaded data, by its users.</summary>
    public static BenchSize WithUsers(int users) => new(users * SessionsPerUser);

    /// <exception cref="ArgumentException">Too few for the figures to mean anything.</exception>
    public static BenchSize Of(int sessions) => sessions >= FewestSessions
        ? WithUsers(sessions / SessionsPerUser)
        : throw new ArgumentException(
            $"--sessions {sessions}: at least {FewestSessions}, or a team of 50 users cannot be drawn. Ask for more.");
}
