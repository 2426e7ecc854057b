// A draw among alternatives that are not equally likely.
namespace Analytics.Gql.Differential.Operations;

public sealed class Weighted<T>(params (int Weight, T Value)[] alternatives)
{
    private readonly int _sum = alternatives.Sum(a => a.Weight);

    public T Draw(Random random)
    {
        var at = random.Next(_sum);
        foreach (var (weight, value) in alternatives)
            if ((at -= weight) < 0)
                return value;
        throw new InvalidOperationException("The weights changed during a draw.");
    }
}
