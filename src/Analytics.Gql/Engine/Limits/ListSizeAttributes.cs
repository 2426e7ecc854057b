// How a field says how many items its answer has, so that its cost can be known before it runs.
using System.Collections;
using GraphQL;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Limits;

/// <summary>Declares the size of the list that a field answers. Derive from it where the size needs
/// arithmetic.</summary>
/// <remarks>On a field that answers an object with lists (a connection), the size is that of the lists directly in
/// it.</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public abstract class ListSizeSourceAttribute : GraphQLAttribute
{
    private const string Key = "Analytics.ListSize";

    /// <summary>The size for these arguments, as coerced: defaults filled in, dates as DateOnly, lists as
    /// lists.</summary>
    public abstract long SizeOf(IReadOnlyDictionary<string, object?> arguments);

    public sealed override void Modify(FieldType fieldType, bool isInputType) => fieldType.Metadata[Key] = this;

    internal static ListSizeSourceAttribute? Of(FieldType field) => field.GetMetadata<ListSizeSourceAttribute>(Key);
}

/// <summary>A list whose usual size is known.</summary>
public sealed class ListSizeAttribute(int size) : ListSizeSourceAttribute
{
    public int Size { get; } = size;

    public override long SizeOf(IReadOnlyDictionary<string, object?> arguments) => Size;
}

/// <summary>A list as long as an argument says: a number is the size, a list counts its elements. The largest one
/// counts.</summary>
public sealed class ListSizeFromAttribute(params string[] arguments) : ListSizeSourceAttribute
{
    public IReadOnlyList<string> Arguments { get; } = arguments;

    /// <summary>The size when none of the arguments is given.</summary>
    public int Default { get; set; } = CostRule.UndeclaredListSize;

    public override long SizeOf(IReadOnlyDictionary<string, object?> arguments)
    {
        long? size = null;
        foreach (var name in Arguments)
        {
            if (arguments.TryGetValue(name, out var value) && SizeIn(value) is { } given)
                size = Math.Max(size ?? 0, given);
        }
        return size ?? Default;
    }

    private static long? SizeIn(object? value) => value switch
    {
        int number => number,
        long number => number,
        ICollection list => list.Count,
        _ => null,
    };
}
