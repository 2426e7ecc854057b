// Random selections over the schema of plain properties.
using System.Text;

namespace Analytics.Gql.Tests.Engine;

/// <summary>Selections with aliases, duplicates, fragments, directives and nested objects.</summary>
internal sealed class GeneratedSelection(Random random)
{
    private static readonly string[] _leaves =
        [.. PlainPathTests.Leaves.Split(' '), "__typename", "method", "values"];
    private static readonly string[] _objects = ["before", "inner", "parts", "maybeParts", "all", "loadedParts"];
    private readonly StringBuilder _fragments = new();
    private int _number;

    public string Operation()
    {
        var root = random.GetItems(["readings", "lazy", "gaps", "loaded", "one"], 1)[0];
        return "query ($fault: ReadingFault!, $yes: Boolean!) "
            + $"{{ {root}(fault: $fault) {Set(3)} __typename @skip(if: $yes) }}{_fragments}";
    }

    private string Set(int depth) =>
        $"{{ number {string.Join(' ', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Any(depth)))} }}";

    private string Any(int depth) => random.Next(8) switch
    {
        0 when depth > 0 => $"...{When()} {Set(depth - 1)}",
        1 when depth > 0 => $"... on Reading{When()} {Set(depth - 1)}",
        2 when depth > 0 => Fragment(depth),
        3 or 4 when depth > 0 => Aliased(_objects, When()) + $" {Set(depth - 1)}",
        _ => Aliased(_leaves, When()),
    };

    // An alias tells its field, so that duplicates merge.
    private string Aliased(string[] names, string when)
    {
        var name = names[random.Next(names.Length)];
        return (random.Next(4) == 0 ? $"{name}Again: {name}" : name) + when;
    }

    private string Fragment(int depth)
    {
        var name = $"F{_number++}";
        var selected = Set(depth - 1); // appends the fragments that it spreads
        _fragments.Append(" fragment ").Append(name).Append(" on Reading ").Append(selected);
        return $"...{name}{When()}";
    }

    private string When() => random.Next(6) switch
    {
        0 => " @skip(if: $yes)",
        1 => " @include(if: $yes)",
        _ => "",
    };
}
