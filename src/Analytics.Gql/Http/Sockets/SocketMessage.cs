// The messages of graphql-transport-ws, in and out.
using System.Buffers;
using System.Text.Json;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Http.Sockets;

/// <summary>A message that breaks the protocol, or the socket's end for another reason.</summary>
internal sealed class SocketClosedException(int code, string reason) : Exception(reason)
{
    public int Code { get; } = code;
}

/// <summary>A message of the client.</summary>
internal sealed class SocketMessage(JsonElement json)
{
    public string Type { get; } = Text(json, "type") ?? throw Invalid("it has no 'type'");

    /// <exception cref="SocketClosedException">4400: there is none.</exception>
    public string Id => Text(json, "id") is { Length: > 0 } id ? id : throw Invalid($"'{Type}' has no 'id'");

    /// <exception cref="SocketClosedException">4400: it is not a GraphQL request.</exception>
    public OperationRequest Request
    {
        get
        {
            try
            {
                return RequestJson.Read(Payload(), "The payload");
            }
            catch (RequestRefusedException refused)
            {
                throw new SocketClosedException(CloseCode.BadRequest, $"Invalid message: {refused.Message}");
            }
        }
    }

    /// <summary>Where a client that comes back wants to go on.</summary>
    public string? LastEventId =>
        Payload() is { ValueKind: JsonValueKind.Object } payload
        && payload.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object
        && extensions.TryGetProperty("lastEventId", out var id)
            ? id.ValueKind switch
            {
                JsonValueKind.String => id.GetString(),
                JsonValueKind.Null => null,
                _ => id.GetRawText(),
            }
            : null;

    /// <summary>The token of connection_init, however its member's name is written.</summary>
    public string? BearerToken
    {
        get
        {
            var payload = Payload();
            if (payload.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
            if (payload.ValueKind != JsonValueKind.Object) throw Invalid("the payload of 'connection_init' is no object");
            foreach (var member in payload.EnumerateObject())
            {
                if (member.Name.Equals("authorization", StringComparison.OrdinalIgnoreCase)
                    && member.Value.ValueKind == JsonValueKind.String)
                    return ConnectionAccess.Token(member.Value.GetString());
            }
            return null;
        }
    }

    public static SocketClosedException Invalid(string what) => new(CloseCode.BadRequest, $"Invalid message: {what}");

    public static SocketMessage Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Invalid("it is not a JSON object");
            return new SocketMessage(document.RootElement.Clone());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Invalid("it is not valid JSON");
        }
    }

    /// <summary>A message of ours.</summary>
    /// <param name="payload">Writes the payload as JSON.</param>
    public static ReadOnlyMemory<byte> Write(string type, string? id = null, Action<IBufferWriter<byte>>? payload = null)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("{"u8);
        if (id is not null)
        {
            output.Write("\"id\":"u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(id));
            output.Write(","u8);
        }
        output.Write("\"type\":"u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(type));
        if (payload is not null)
        {
            output.Write(",\"payload\":"u8);
            payload(output);
        }
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    private JsonElement Payload() => json.TryGetProperty("payload", out var payload) ? payload : default;

    private static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
                ? member.GetString()
                : null;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            throw Invalid($"'{name}' is not valid Unicode");
        }
    }
}
