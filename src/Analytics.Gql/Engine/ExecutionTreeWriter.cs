// Writes an answer as JSON straight from the execution tree: no intermediate objects, no serializer call per leaf.
using System.Buffers;
using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using Analytics.Gql.Engine.Plain;
using GraphQL;
using GraphQL.Execution;

namespace Analytics.Gql.Engine;

/// <summary>The same JSON as the library's serializer gives (a test compares them), for less time and memory.</summary>
public sealed class ExecutionTreeWriter(IErrorInfoProvider errors)
{
    // Relaxed escaping is safe here: the media type is JSON, with nosniff, never inside HTML.
    internal static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic] private static Utf8JsonWriter? _reusable;

    public void Write(IBufferWriter<byte> output, ExecutionResult result) => With(output, json => Write(json, result));

    /// <summary>The errors of a result, as a list.</summary>
    public void WriteErrors(IBufferWriter<byte> output, ExecutionResult result) => With(output, json => WriteErrors(json, result));

    private static void With(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        var json = _reusable ?? new Utf8JsonWriter(output, Options);
        _reusable = null;
        json.Reset(output);
        write(json);
        json.Flush();
        json.Reset(Stream.Null); // lets go of the response, which outlives this call otherwise
        _reusable = json;
    }

    private void WriteErrors(Utf8JsonWriter json, ExecutionResult result)
    {
        json.WriteStartArray();
        foreach (var error in result.Errors ?? []) WriteError(json, error);
        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, ExecutionResult result)
    {
        json.WriteStartObject();
        if (result.Errors is { Count: > 0 })
        {
            json.WritePropertyName("errors"u8);
            WriteErrors(json, result);
        }
        if (result.Executed)
        {
            json.WritePropertyName("data"u8);
            if (result.Data is ExecutionNode root) WriteNode(json, root);
            else WriteValue(json, result.Data);
        }
        if (result.Extensions is { Count: > 0 } extensions)
        {
            json.WritePropertyName("extensions"u8);
            WriteValue(json, extensions);
        }
        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, ExecutionNode? node)
    {
        switch (node)
        {
            case PlainNode { Json: var written }:
                json.WriteRawValue(written.Utf8, skipInputValidation: true);
                break;
            case ValueExecutionNode leaf:
                WriteValue(json, leaf.Result);
                break;
            case ObjectExecutionNode { SubFields: { } fields }:
                json.WriteStartObject();
                foreach (var field in fields)
                {
                    json.WritePropertyName(field.Name!);
                    WriteNode(json, field);
                }
                json.WriteEndObject();
                break;
            case ArrayExecutionNode { Items: { } items }:
                json.WriteStartArray();
                foreach (var item in items) WriteNode(json, item);
                json.WriteEndArray();
                break;
            case ArrayExecutionNode { SerializedResult: PlainJson written }:
                json.WriteRawValue(written.Utf8, skipInputValidation: true);
                break;
            case ArrayExecutionNode { SerializedResult: { } scalars }:
                WriteValue(json, scalars);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private void WriteError(Utf8JsonWriter json, ExecutionError error)
    {
        var rendered = errors.GetInfo(error);
        json.WriteStartObject();
        json.WriteString("message"u8, rendered.Message);
        if (error.Locations is { } locations)
        {
            json.WriteStartArray("locations"u8);
            foreach (var location in locations)
            {
                json.WriteStartObject();
                json.WriteNumber("line"u8, location.Line);
                json.WriteNumber("column"u8, location.Column);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (error.Path is { } path && path.Any())
        {
            json.WritePropertyName("path"u8);
            WriteValue(json, path);
        }
        if (rendered.Extensions is { Count: > 0 } extensions)
        {
            json.WritePropertyName("extensions"u8);
            WriteValue(json, extensions);
        }
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case double number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case IDictionary<string, object?> members:
                json.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    json.WritePropertyName(name);
                    WriteValue(json, member);
                }
                json.WriteEndObject();
                break;
            case IEnumerable elements:
                json.WriteStartArray();
                foreach (var element in elements) WriteValue(json, element);
                json.WriteEndArray();
                break;
            default: JsonSerializer.Serialize(json, value, value.GetType()); break;
        }
    }
}
