// Puts the engine together: schema from C# classes, scalars, strategies, limits.
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Engine.Federation;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Plain;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Engine.Scalars;
using Analytics.Gql.Engine.Streaming;
using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine;

public static class EngineServices
{
    /// <summary>Adds the GraphQL engine with its root types; limits come from <c>Analytics:Limits</c> and are checked
    /// at start.</summary>
    public static IServiceCollection AddGraphQLEngine<TQuery, TMutation>(
        this IServiceCollection services, Action<EngineOptions>? configure = null)
        where TQuery : class
        where TMutation : class =>
        services.AddGraphQLEngine<TQuery>(schema => schema.WithMutation<TMutation>(), configure);

    /// <summary>The same with subscriptions.</summary>
    public static IServiceCollection AddGraphQLEngine<TQuery, TMutation, TSubscription>(
        this IServiceCollection services, Action<EngineOptions>? configure = null)
        where TQuery : class
        where TMutation : class
        where TSubscription : class =>
        services.AddGraphQLEngine<TQuery>(
            schema => schema.WithMutation<TMutation>().WithSubscription<TSubscription>(), configure);

    private static IServiceCollection AddGraphQLEngine<TQuery>(
        this IServiceCollection services, Action<IConfigureAutoSchema> roots, Action<EngineOptions>? configure)
        where TQuery : class
    {
        var options = new EngineOptions();
        configure?.Invoke(options);
        options.FaultMappers.Add(TooDeepToParse);
        options.FaultMappers.Add(NoPlaceToPointAt);

        // The library reads descriptions from the compiler's XML files only when told so, for the whole process.
        GlobalSwitches.EnableReadDescriptionFromXmlDocumentation = true;
        services.AddLimits();
        services.AddScalars();
        services.AddTransient(typeof(PropertyObjectType<>));
        services.AddSingleton(options).AddSingleton<FaultMasking>().AddSingleton<DocumentCache>()
            .AddSingleton<DocumentCheck>().AddSingleton<TrustedDocuments>().AddSingleton<RequestedDocuments>()
            .AddSingleton<CoveredOperations>().AddSingleton<ExecutionTreeWriter>().AddSingleton<OperationTelemetry>()
            .AddSingleton<OperationRunner>().AddSingleton<IDocumentValidator, KnownDocumentValidator>();
        return services.AddGraphQL(engine => engine
            .AddAutoSchema<TQuery>(roots)
            .AddGraphTypeMappingProvider<PropertyObjectTypes>()
            .AddSystemTextJson()
            .AddErrorInfoProvider<ErrorPresenter>()
            .AddExecutionStrategy<LevelExecution>(OperationType.Query)
            .AddExecutionStrategy<MutationExecution>(OperationType.Mutation)
            .AddExecutionStrategy<StreamExecution>(OperationType.Subscription)
            .ConfigureSchema((schema, container) =>
            {
                schema.Description = options.SchemaDescription;
                // IDEs ask for both when they introspect.
                schema.Features.DeprecationOfInputValues = true;
                schema.Features.RepeatableDirectives = true;
                schema.RegisterVisitor(new DirectiveArguments());
                schema.RegisterVisitor(new DescriptionText());
                schema.MapScalars();
                if (container.GetRequiredService<IOptions<SchemaOptions>>().Value.Federation)
                    FederationSchema.AddTo(
                        schema, [.. options.Entities], container.GetRequiredService<IOptions<LimitOptions>>().Value);
            }));
    }

    private static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateOnStart();
        services.AddOptions<DocumentOptions>().BindConfiguration(DocumentOptions.Section).ValidateOnStart();
        services.AddOptions<SchemaOptions>().BindConfiguration(SchemaOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsCheck>();
        services.AddSingleton<IValidateOptions<DocumentOptions>>(
            new BoundsCheck<DocumentOptions>(DocumentOptions.Section));
    }

    // The library finds its built-in scalars by type and asks the container first: ours take their places.
    private static void AddScalars(this IServiceCollection services) => services
        .AddSingleton<IdGraphType>(new IdScalar())
        .AddSingleton<FloatGraphType>(new FloatScalar())
        .AddSingleton<DateScalar>()
        .AddSingleton<DateTimeScalar>();

    private static void MapScalars(this ISchema schema)
    {
        schema.RegisterTypeMapping<Guid, IdGraphType>();
        schema.RegisterTypeMapping<DateOnly, DateScalar>();
        schema.RegisterTypeMapping<DateTimeOffset, DateTimeScalar>();
        schema.RegisterTypeMapping<decimal, FloatGraphType>();
    }

    private static ClientError? TooDeepToParse(Exception exception) => exception is GraphQLMaxDepthExceededException
        ? new ClientError(ErrorCodes.LimitExceeded, "The document is nested too deeply to be read. Select less deeply.")
        : null;

    // The parser fails over its own message when line ends of several kinds hide where the mistake is (GraphQL-Parser 9.5).
    private static ClientError? NoPlaceToPointAt(Exception exception) =>
        exception is IndexOutOfRangeException
            && exception.StackTrace?.Contains(typeof(GraphQLParserException).FullName!, StringComparison.Ordinal) == true
            ? new ClientError(
                ErrorCodes.ParseFailed,
                "Error parsing query: the document is not GraphQL, and the place cannot be told. End its lines with line feeds only.")
            : null;
}
