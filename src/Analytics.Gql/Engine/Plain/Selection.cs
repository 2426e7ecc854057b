// What an operation selects of an object type: collected once, with what of it is plain.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Analytics.Gql.Engine.Documents;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Plain;

// collect (merge fragments, evaluate @skip and @include) ⇒ which fields are plain, to any depth ⇒ keep for the
// document, or where it has directives for the operation
//
// Plain is what the object alone decides: properties without arguments, tasks or loaders, of scalars and enums, or of
// objects and lists of objects that are plain in turn. All else takes the library's way, field by field.

/// <summary>A field of a selection.</summary>
/// <param name="Plain">How to write its value; null when it has to be executed.</param>
internal sealed record SelectedField(GraphQLField Field, FieldType Definition, PlainValue? Plain);

/// <summary>The fields that an operation selects of one object type in one place.</summary>
/// <param name="Whole">Set when every field is plain.</param>
internal sealed record Selection(SelectedField[] Fields, PlainObject? Whole);

/// <summary>The selections of a document, or of one operation: directives with variables make them differ from one to the
/// next.</summary>
internal sealed class Selections
{
    private static readonly ConditionalWeakTable<GraphQLDocument, Selections> _shared = [];

    private readonly ConcurrentDictionary<(GraphQLSelectionSet, IObjectGraphType), Selection> _known = [];

    /// <returns>Those of every operation of the document, kept as long as it is; null where directives may decide.</returns>
    public static Selections? SharedBy(GraphQLDocument document) =>
        _shared.TryGetValue(document, out var known) ? known
            : document.MayHaveDirectives() ? null
            : _shared.GetOrCreateValue(document);

    /// <summary>Collects fields as the library does.</summary>
    public delegate IEnumerable<(GraphQLField Field, FieldType Definition)> Collector(
        IObjectGraphType type, GraphQLSelectionSet selected);

    public Selection Of(IObjectGraphType type, GraphQLSelectionSet selected, ISchema schema, Collector collect)
    {
        if (_known.TryGetValue((selected, type), out var known)) return known;
        SelectedField[] fields = [.. collect(type, selected).Select(f =>
            new SelectedField(f.Field, f.Definition, PlainOf(type, f.Field, f.Definition, schema, collect)))];
        return _known.GetOrAdd((selected, type), new Selection(fields, WholeOf(type, fields)));
    }

    private PlainValue? PlainOf(
        IObjectGraphType parent, GraphQLField field, FieldType definition, ISchema schema, Collector collect)
    {
        if (definition == schema.TypeNameMetaFieldType) return new PlainTypeName(parent.Name);
        if (definition.Resolver is not PropertyResolver property) return null;
        var (type, nonNull) = Unwrapped(definition.ResolvedType!);
        var (item, nonNullItems) = type is ListGraphType list ? Unwrapped(list.ResolvedType!) : default;
        if (type is ScalarGraphType scalar) return property.Leaf(scalar, nonNull);
        if ((item ?? type) is not IObjectGraphType inner) return null;
        var whole = Of(inner, field.SelectionSet!, schema, collect).Whole;
        return whole is null ? null
            : item is null ? property.Object(whole, nonNull)
            : property.List(whole, nonNull, nonNullItems);
    }

    // '__typename' alone does not say of which class the objects are.
    private static PlainObject? WholeOf(IObjectGraphType type, SelectedField[] fields) =>
        Array.TrueForAll(fields, f => f.Plain is not null)
        && fields.Select(f => f.Definition.Resolver).OfType<PropertyResolver>().FirstOrDefault() is { } property
            ? new PlainObject(type, property.Source, [.. fields.Select(f => (Key(f), f.Plain!))])
            : null;

    private static JsonEncodedText Key(SelectedField selected) =>
        JsonEncodedText.Encode(
            selected.Field.Alias?.Name.StringValue ?? selected.Definition.Name, PlainJson.Options.Encoder);

    public static (IGraphType Type, bool NonNull) Unwrapped(IGraphType type) =>
        type is NonNullGraphType { ResolvedType: { } inner } ? (inner, true) : (type, false);
}
