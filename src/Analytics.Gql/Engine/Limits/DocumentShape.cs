// What ShapeRule measures of a selection set.
namespace Analytics.Gql.Engine.Limits;

/// <param name="Depth">Levels of fields.</param>
/// <param name="Lists">Lists that lead from type to type within each other; counts in introspection only.</param>
/// <param name="Nesting">Selection sets within each other, fragments included.</param>
/// <param name="Selections">Fields, spreads and inline fragments, fragments expanded; saturates.</param>
/// <param name="Aliases">Fields with an alias, fragments expanded; saturates.</param>
/// <param name="Directives">Directives, fragments expanded; saturates.</param>
internal readonly record struct DocumentShape(
    int Depth, int Lists, int Nesting, long Selections, long Aliases, long Directives)
{
    public static readonly DocumentShape Leaf = new(0, 0, 0, 1, 0, 0);

    /// <summary>The shape of both beside each other.</summary>
    public DocumentShape With(DocumentShape other) => new(
        Math.Max(Depth, other.Depth), Math.Max(Lists, other.Lists), Math.Max(Nesting, other.Nesting),
        Sum(Selections, other.Selections), Sum(Aliases, other.Aliases), Sum(Directives, other.Directives));

    private static long Sum(long one, long other) => Math.Min(int.MaxValue, one + other);
}
