// How long a list is likely to be, for the cost of an operation.
using GraphQL;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Limits;

/// <summary>On a field: its result counts as this many objects, or as many as the named argument says.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class ListSizeAttribute(int usual) : GraphQLAttribute
{
    internal const string Key = "analytics.listSize";

    /// <summary>An argument whose number, or whose list's length, is the size.</summary>
    public string? Argument { get; init; }

    public int Usual => usual;

    public override void Modify(FieldType fieldType, bool isInputType) => fieldType.Metadata[Key] = this;
}
