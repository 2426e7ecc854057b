// The rows that there can be. Few, so that operations meet; with ids that a number gives, so that they can be replayed.
namespace Analytics.Gql.Differential.Operations;

/// <summary>How many users, exercises, sessions and sets there can be at once.</summary>
public sealed record Pool(int Users, int Exercises, int Sessions, int Sets)
{
    public static Pool Small { get; } = new(10, 6, 60, 300);

    public static Guid User(int number) => Id(1, number);
    public static Guid Exercise(int number) => Id(2, number);
    public static Guid Session(int number) => Id(3, number);
    public static Guid Set(int number) => Id(4, number);

    public IEnumerable<Guid> UserIds => Enumerable.Range(0, Users).Select(User);

    // Legible in a log: 3 is a session, the end is its number.
    private static Guid Id(int kind, int number) => new(
        kind, 0, 0, [0, 0, 0, 0, .. BitConverter.GetBytes(number).Reverse()]);
}
