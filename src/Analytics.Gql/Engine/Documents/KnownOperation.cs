// What checking a request needs of its operation, gathered once for the document: which fields have arguments.
using System.Runtime.CompilerServices;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Documents;

/// <summary>An operation of a document that has passed the rules which depend on its text alone.</summary>
internal sealed class KnownOperation
{
    private static readonly ConditionalWeakTable<GraphQLOperationDefinition, KnownOperation> Known = [];

    /// <summary>None where directives, by which a request may leave fields out, have values of their own.</summary>
    private readonly List<(GraphQLField Field, FieldType Definition)>? _withArguments;

    // Which variables are used where is found out once and kept in it.
    private ValidationContext? _spare;

    private KnownOperation(ValidationOptions options)
    {
        if (options.Document.MayHaveDirectives()) return;
        _withArguments = [];
        new Search(options.Document, options.Schema, _withArguments).In(
            options.Operation.SelectionSet, options.Schema.RootOf(options.Operation));
    }

    /// <summary>Null where the document has directives.</summary>
    public static KnownOperation? Of(in ValidationOptions options)
    {
        if (!Known.TryGetValue(options.Operation, out var known))
        {
            known = new KnownOperation(options);
            Known.AddOrUpdate(options.Operation, known);
        }
        return known._withArguments is null ? null : known;
    }

    public ValidationContext Begin(in ValidationOptions options)
    {
        var context = Interlocked.Exchange(ref _spare, null) ?? new ValidationContext
        {
            Schema = options.Schema,
            Document = options.Document,
            Operation = options.Operation,
            TypeInfo = new TypeInfo(options.Schema),
        };
        context.UserContext = options.UserContext;
        context.Variables = options.Variables;
        context.Extensions = options.Extensions;
        context.Metrics = options.Metrics;
        context.RequestServices = options.RequestServices;
        context.User = options.User;
        context.CancellationToken = options.CancellationToken;
        return context;
    }

    /// <summary>Keeps the context for the next request, without anything of this one; one with errors is let go.</summary>
    public void End(ValidationContext context)
    {
        if (context.HasErrors) return;
        context.UserContext = null!;
        context.Variables = context.Extensions = null!;
        context.Metrics = null!;
        (context.RequestServices, context.User, context.CancellationToken) = (null, null, default);
        context.ArgumentValues = null;
        _spare = context;
    }

    /// <summary>By field; an argument that does not fit is reported.</summary>
    /// <returns>Null where no field has any.</returns>
    public Dictionary<GraphQLField, IDictionary<string, ArgumentValue>>? ArgumentsWith(
        Variables variables, ValidationContext context)
    {
        Dictionary<GraphQLField, IDictionary<string, ArgumentValue>>? values = null;
        foreach (var (field, definition) in _withArguments!)
        {
            try
            {
                if (ExecutionHelper.GetArguments(
                    definition.Arguments, field.Arguments, variables, context.Document, field, null) is { } given)
                    (values ??= new(_withArguments.Count)).TryAdd(field, given);
            }
            catch (ValidationError unfit)
            {
                context.ReportError(unfit);
            }
        }
        return values;
    }

    /// <summary>Goes through selections and, once each, the fragments that they spread.</summary>
    private sealed class Search(
        GraphQLDocument document, ISchema schema, List<(GraphQLField Field, FieldType Definition)> found)
    {
        private readonly HashSet<GraphQLFragmentDefinition> _fragments = [];

        public void In(GraphQLSelectionSet? selected, IComplexGraphType? type)
        {
            foreach (var selection in selected?.Selections ?? [])
            {
                if (selection is GraphQLField field) InField(field, type);
                else if (selection is GraphQLInlineFragment inline)
                    In(inline.SelectionSet, inline.TypeCondition is { } on ? TypeNamed(on) : type);
                else if (selection is GraphQLFragmentSpread spread && document.FragmentOf(spread) is { } fragment && _fragments.Add(fragment))
                    In(fragment.SelectionSet, TypeNamed(fragment.TypeCondition));
            }
        }

        private void InField(GraphQLField field, IComplexGraphType? type)
        {
            var definition = Array.Find(
                [schema.TypeMetaFieldType, schema.TypeNameMetaFieldType, schema.SchemaMetaFieldType],
                meta => field.Name.Value == meta.Name) ?? type?.Fields.Find(field.Name.Value);
            if (definition is null) return;
            if (field.Arguments?.Count > 0) found.Add((field, definition));
            In(field.SelectionSet, definition.ResolvedType?.GetNamedType() as IComplexGraphType);
        }

        private IComplexGraphType? TypeNamed(GraphQLTypeCondition on) => schema.TypeOf(on) as IComplexGraphType;
    }
}
