// GraphQL's Int has 32 bits; the database counts further.
namespace Analytics.Gql.Engine.Scalars;

internal static class Saturated
{
    public static int ToInt(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);
}
