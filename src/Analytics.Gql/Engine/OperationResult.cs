// An answer, before it becomes bytes. Callers need no type of the engine's library.
using System.Buffers;
using Analytics.Gql.Engine.Streaming;
using GraphQL;

namespace Analytics.Gql.Engine;

/// <summary>The result of one operation.</summary>
public sealed class OperationResult
{
    private readonly ExecutionTreeWriter _writer;

    internal OperationResult(ExecutionResult result, ExecutionTreeWriter writer) =>
        (Execution, _writer) = (result, writer);

    /// <summary>The operation ran, wholly or in part; false when it was refused before.</summary>
    public bool Executed => Execution.Executed;

    /// <summary>Something is wrong with it, wholly or in part.</summary>
    public bool HasErrors => Execution.Errors is { Count: > 0 };

    /// <summary>What the library made of it, for code that lives beside the engine.</summary>
    public ExecutionResult Execution { get; }

    /// <summary>Whether an error has this code on purpose; for choosing a status code.</summary>
    public bool HasError(string code) =>
        Execution.Errors?.Any(error => error is ClientError && error.Code == code) == true;

    /// <summary>The event that a subscription's result is about; null for any other.</summary>
    public string? EventId =>
        Execution.Extensions?.TryGetValue(StreamExecution.EventIdKey, out var id) == true ? id as string : null;

    /// <summary>Adds to what the answer tells beside its data.</summary>
    public void AddExtension(string name, object value) =>
        (Execution.Extensions ??= new Dictionary<string, object?>())[name] = value;

    /// <summary>Writes the errors alone, as a list.</summary>
    public void WriteErrorsTo(IBufferWriter<byte> output) => _writer.WriteErrors(output, Execution);

    /// <summary>Writes the response as UTF-8 JSON.</summary>
    public void WriteTo(IBufferWriter<byte> output) => _writer.Write(output, Execution);
}
