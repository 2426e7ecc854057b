using System.Security.Cryptography;
using System.Text;

namespace Analytics.Demo.Seeding;

/// <summary>A stream of chance that depends on nothing but its name, so that each athlete's year stands alone.</summary>
public sealed class Chance
{
    private readonly Random random;

    public Chance(string name) =>
        random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    public bool Happens(double share) => random.NextDouble() < share;

    /// <summary>Both ends inclusive.</summary>
    public int Between(int low, int high) => random.Next(low, high + 1);

    public double Between(double low, double high) => low + (high - low) * random.NextDouble();

    public T Of<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>Some of 0..<paramref name="end"/>-1, ascending, each at most once.</summary>
    public IReadOnlyList<int> Some(int count, int end)
    {
        var all = Enumerable.Range(0, end).ToArray();
        random.Shuffle(all);
        return [.. all.Take(count).Order()];
    }

    /// <summary>A random (version 4) id.</summary>
    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }
}
