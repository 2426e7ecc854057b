// Checks a request whose document has passed every rule before: its variables, its arguments, the rules of the request.
using GraphQL.Validation;

namespace Analytics.Gql.Engine.Documents;

// document known, without directives? variables ⇒ arguments of the fields that have any ⇒ rules of the request
//   no, or one of those rules wants to see nodes? the library's validator, which walks the document three times for the same

/// <summary>The rules for a document that has passed all others; whoever gives them to the engine says that it has.</summary>
internal sealed class RequestRules(IEnumerable<IValidationRule> rules) : List<IValidationRule>(rules);

/// <summary>Finds and tells the same as the library's validator, in its words.</summary>
internal sealed class KnownDocumentValidator : IDocumentValidator
{
    private readonly DocumentValidator _library = new();

    public Task<IValidationResult> ValidateAsync(in ValidationOptions options)
    {
        if (options.Rules is not RequestRules rules) return _library.ValidateAsync(options);
        options.Schema.Initialize();
        return KnownOperation.Of(options) is { } known
            ? CheckAsync(known, options, rules)
            : _library.ValidateAsync(options);
    }

    private async Task<IValidationResult> CheckAsync(KnownOperation known, ValidationOptions options, RequestRules rules)
    {
        var context = known.Begin(options);
        foreach (var rule in rules)
        {
            if (await rule.GetPreNodeVisitorAsync(context).ConfigureAwait(false) is not null
                || await rule.GetVariableVisitorAsync(context).ConfigureAwait(false) is not null)
                return await _library.ValidateAsync(options).ConfigureAwait(false);
        }
        var (variables, errors) = await context.GetVariablesValuesAsync().ConfigureAwait(false);
        foreach (var error in errors ?? [])
            context.ReportError(error);
        if (!context.HasErrors) context.ArgumentValues = known.ArgumentsWith(variables, context);
        if (!context.HasErrors)
        {
            foreach (var rule in rules)
            {
                if (await rule.GetPostNodeVisitorAsync(context).ConfigureAwait(false) is not null)
                    return await _library.ValidateAsync(options).ConfigureAwait(false);
            }
        }
        var result = new ValidationResult(context.Errors) { Variables = variables, ArgumentValues = context.ArgumentValues };
        known.End(context);
        return result;
    }
}
