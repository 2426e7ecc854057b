// Sets GraphQL.NET up: schema from C# types, scalars, rules, errors, cache.
using Analytics.Gql.Engine.Limits;
using GraphQL;
using GraphQL.DI;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQL.Utilities;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine;

public static class EngineServices
{
    /// <summary>Adds the engine for the given root types, whose static methods are the fields.</summary>
    public static IServiceCollection AddGraphQLEngine<TQuery, TMutation>(this IServiceCollection services)
        where TQuery : class where TMutation : class
    {
        GlobalSwitches.EnableReadDescriptionFromXmlDocumentation = true;
        GlobalSwitches.EnableReflectionCaching = true;
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsCheck>();
        services.AddSingleton<UuidIdGraphType>().AddSingleton<DateGraphType>().AddSingleton<InstantGraphType>();
        services.AddSingleton<IErrorInfoProvider, ErrorPresenter>().AddSingleton<FaultHandler>();
        services.AddSingleton<IConfigureExecution, DocumentCache>();
        services.AddGraphQL(graphql => graphql
            .AddAutoSchema<TQuery>(schema => schema.WithMutation<TMutation>())
            .AddSystemTextJson()
            .AddValidationRule<OperationLimitsRule>(useForCachedDocuments: true)
            .AddValidationRule<QueriesOnlyRule>(useForCachedDocuments: true)
            .ConfigureSchema(schema =>
            {
                schema.RegisterTypeMapping<Guid, UuidIdGraphType>();
                schema.RegisterTypeMapping<DateOnly, DateGraphType>();
                schema.RegisterTypeMapping<DateTimeOffset, InstantGraphType>();
            })
            .ConfigureExecutionOptions(options =>
                options.UnhandledExceptionDelegate = options.RequestServices!.GetRequiredService<FaultHandler>().HandleAsync));
        return services;
    }

    /// <summary>The schema as text, sorted, ending in a line feed: what schema/schema.graphql holds.</summary>
    public static string PrintSchema(this ISchema schema)
    {
        schema.Initialize();
        return schema.Print(new PrintOptions { StringComparison = StringComparison.Ordinal }).ReplaceLineEndings("\n").TrimEnd() + "\n";
    }
}
