// The engine with the sample schema, without HTTP.
using System.Buffers;
using System.Text.Json;
using Analytics.Gql.Engine;
using Analytics.Gql.Http;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Engine;

public sealed class SampleEngine : IDisposable
{
    private readonly ServiceProvider _services;

    public SampleEngine(params (string Key, string Value)[] settings) : this(AddSample, settings)
    {
    }

    /// <param name="add">Adds an engine, and what its schema needs.</param>
    public SampleEngine(Action<IServiceCollection> add, params (string Key, string Value)[] settings)
    {
        ArgumentNullException.ThrowIfNull(add);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(log => log.AddProvider(Log));
        add(services);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public RecordedLog Log { get; } = new();

    public SampleLog Sample => _services.GetRequiredService<SampleLog>();

    public IServiceProvider Services => _services;

    public static void AddSample(IServiceCollection services) => services
        .AddSingleton<SampleLog>().AddScoped<PersonLoader>().AddScoped<WeekLoader>().AddScoped<BrokenLoader>()
        .AddGraphQLEngine<SampleQuery, SampleMutation>(options =>
        {
            options.SchemaDescription = "A sample.";
            options.FaultMappers.Add(fault =>
                fault is TimeoutException ? new ClientError(ErrorCodes.Timeout, "Too slow. Ask for less.") : null);
        });

    public async Task<JsonElement> RunAsync(
        string query, object? variables = null, bool queriesOnly = false, string? operationName = null,
        CancellationToken ct = default)
    {
        var result = await ResultAsync(query, variables, queriesOnly, operationName, ct);
        var bytes = new ArrayBufferWriter<byte>();
        result.WriteTo(bytes);
        return JsonDocument.Parse(bytes.WrittenMemory).RootElement;
    }

    public async Task<OperationResult> ResultAsync(
        string query, object? variables = null, bool queriesOnly = false, string? operationName = null,
        CancellationToken ct = default)
    {
        var members = JsonSerializer.SerializeToElement(new { query, variables, operationName });
        await using var scope = _services.CreateAsyncScope();
        return await _services.GetRequiredService<OperationRunner>().RunAsync(
            RequestJson.Read(members), new OperationContext("trace-1", queriesOnly), scope.ServiceProvider, null, ct);
    }

    public void Dispose() => _services.Dispose();
}
