// JSON written while the operation runs, and the places of the execution tree that hold it.
using System.Buffers;
using System.Collections;
using System.Text.Json;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Analytics.Gql.Engine.Plain;

/// <summary>The finished JSON of a value. As the result of a list it can be enumerated, as the library's serializer
/// does.</summary>
internal sealed class PlainJson : IEnumerable
{
    private const int KeptBytes = 1 << 20;

    [ThreadStatic] private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json)? _scratch;

    private readonly byte[] _utf8;

    private PlainJson(byte[] utf8) => _utf8 = utf8;

    /// <summary>How all answers are written.</summary>
    public static JsonWriterOptions Options => ExecutionTreeWriter.Options;

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <returns>Null when something is wrong with the value: the general path will meet it again and say what and
    /// where, so that errors are the same whichever path is tried first.</returns>
    public static PlainJson? TryWrite(PlainValue value, object source)
    {
        var (bytes, json) = _scratch ?? New();
        _scratch = null; // a property may run an operation of its own
        try
        {
            value.Write(json, source);
            json.Flush();
            return new PlainJson(bytes.WrittenSpan.ToArray());
        }
        catch (Exception)
        {
            return null;
        }
        finally
        {
            json.Reset();
            bytes.ResetWrittenCount();
            if (bytes.Capacity <= KeptBytes) _scratch = (bytes, json);
        }
    }

    public IEnumerator GetEnumerator() => ((IEnumerable)Parsed().EnumerateArray()).GetEnumerator();

    public JsonElement Parsed() => JsonElement.Parse(_utf8);

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) New()
    {
        var bytes = new ArrayBufferWriter<byte>();
        return (bytes, new Utf8JsonWriter(bytes, Options));
    }
}

/// <summary>A field that needs no execution: its JSON is there.</summary>
internal sealed class PlainNode : ExecutionNode
{
    public PlainNode(ExecutionNode parent, GraphQLField field, FieldType definition, PlainJson json)
        : base(parent, definition.ResolvedType!, field, definition, null) => Json = json;

    public PlainJson Json { get; }

    public override object? ToValue() => Json.Parsed();

    // A null that must not be there is never written.
    public override bool PropagateNull() => false;
}
