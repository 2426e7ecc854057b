// How features say which answers depend on nothing but the versions of the users that the operation names.
using GraphQL;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Revalidation;

/// <summary>On a root field: what it answers is about the users in an argument and depends on their versions
/// alone.</summary>
/// <param name="argument">An id or a list of ids; a request without it is not covered.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VersionedByAttribute(string argument) : GraphQLAttribute
{
    private const string Key = "Analytics.VersionedBy";

    public string Argument { get; } = argument;

    public override void Modify(FieldType fieldType, bool isInputType) => fieldType.Metadata[Key] = this;

    internal static string? Of(FieldType field) => field.GetMetadata<VersionedByAttribute>(Key)?.Argument;
}

/// <summary>On a class: every field of the type depends on the version of the user whom the object is about.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class VersionedAttribute : GraphQLAttribute
{
    private const string Key = "Analytics.Versioned";

    public override void Modify(IGraphType graphType) => graphType.Metadata[Key] = this;

    internal static bool IsOn(IGraphType type) => type.GetMetadata<VersionedAttribute>(Key) is not null;
}

/// <summary>On a property of such a class: while changes are pending its value goes on with the clock.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RunsWhilePendingAttribute : GraphQLAttribute
{
    private const string Key = "Analytics.RunsWhilePending";

    public override void Modify(FieldType fieldType, bool isInputType) => fieldType.Metadata[Key] = this;

    internal static bool IsOn(FieldType field) => field.GetMetadata<RunsWhilePendingAttribute>(Key) is not null;
}
