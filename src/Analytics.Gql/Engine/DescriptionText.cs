// Descriptions come from C# docstrings, whose lines break where the source's do; a reader of the schema wants none.
using GraphQL.Types;
using GraphQL.Utilities;

namespace Analytics.Gql.Engine;

/// <summary>Makes each description one line, whatever the docstring's lines are.</summary>
public sealed class DescriptionText : BaseSchemaNodeVisitor
{
    public override void VisitObject(IObjectGraphType type, ISchema schema) => type.Description = Joined(type.Description);

    public override void VisitObjectFieldDefinition(FieldType field, IObjectGraphType type, ISchema schema) =>
        field.Description = Joined(field.Description);

    public override void VisitObjectFieldArgumentDefinition(
        QueryArgument argument, FieldType field, IObjectGraphType type, ISchema schema) =>
        argument.Description = Joined(argument.Description);

    public override void VisitInputObject(IInputObjectGraphType type, ISchema schema) =>
        type.Description = Joined(type.Description);

    public override void VisitInputObjectFieldDefinition(FieldType field, IInputObjectGraphType type, ISchema schema) =>
        field.Description = Joined(field.Description);

    public override void VisitEnum(EnumerationGraphType type, ISchema schema) => type.Description = Joined(type.Description);

    public override void VisitEnumValue(EnumValueDefinition value, EnumerationGraphType type, ISchema schema) =>
        value.Description = Joined(value.Description);

    private static string? Joined(string? description) =>
        description is null ? null : string.Join(' ', description.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
