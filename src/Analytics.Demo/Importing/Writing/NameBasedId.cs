using System.Security.Cryptography;
using System.Text;

namespace Analytics.Demo.Importing.Writing;

/// <summary>Ids that follow from names (RFC 9562, version 8, of SHA-256), so that the same training has the same ids in every import.</summary>
internal static class NameBasedId
{
    /// <summary>By which SQL tells these ids from those of apps and of made-up training: <c>get_byte(uuid_send(id), 6) >> 4</c>.</summary>
    public const string Version = "8";

    private static readonly Guid Root = new("6f0d1f0c-6c1b-4b5e-9a55-0f7f7a3f5d21");

    /// <param name="name">Exactly; 'Ada' and 'ada' are two.</param>
    public static Guid OfUser(string name) => Of(Root, $"user {name}");

    /// <param name="name">In any casing.</param>
    public static Guid OfExercise(string name) => Of(Root, $"exercise {name.ToLowerInvariant()}");

    /// <param name="writtenStart">The local time, so that another <c>--time-zone</c> moves the session and does not double it.</param>
    public static Guid OfSession(Guid user, DateTime writtenStart, string title) => Of(user, $"session {writtenStart:s} {title}");

    public static Guid OfSet(Guid session, int ordinal) => Of(session, FormattableString.Invariant($"set {ordinal}"));

    private static Guid Of(Guid space, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash[..16], bigEndian: true);
    }
}
