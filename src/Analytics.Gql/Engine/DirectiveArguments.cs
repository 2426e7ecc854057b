// Completes the introspection of directives, where the library is behind the specification.
using GraphQL.Types;
using GraphQL.Utilities;

namespace Analytics.Gql.Engine;

/// <summary>Adds <c>includeDeprecated</c> to <c>__Directive.args</c>: IDEs send it there as they do to
/// <c>__Field.args</c>.</summary>
/// <remarks>No directive has a deprecated argument, so both of its values answer the same.</remarks>
public sealed class DirectiveArguments : BaseSchemaNodeVisitor
{
    public override void VisitObject(IObjectGraphType type, ISchema schema)
    {
        if (type.Name != "__Directive" || type.Fields.Find("args") is not { } args) return;
        var boolean = schema.AllTypes["Boolean"];
        (args.Arguments ??= []).Add(
            new QueryArgument(boolean!) { Name = "includeDeprecated", ResolvedType = boolean, DefaultValue = false });
    }
}
