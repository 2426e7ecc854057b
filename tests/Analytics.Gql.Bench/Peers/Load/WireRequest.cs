// One request as it goes over the wire, for the load generator; and the same for HttpClient, for the check before it.
using System.Globalization;
using System.Text;

namespace Analytics.Gql.Bench.Peers.Load;

/// <param name="Target">Path and query.</param>
/// <param name="Body">JSON; null: a GET.</param>
/// <param name="KnownETag">Of the answer that the client has; null: it has none.</param>
internal sealed record WireRequest(string Target, string? Body, string? KnownETag = null)
{
    private const string Json = "application/json";

    public byte[] Bytes(Uri server)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(Body is null ? "GET" : "POST")} {Target} HTTP/1.1\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Host: {server.Authority}\r\nAccept: {Json}\r\n");
        if (KnownETag is not null)
            text.Append(CultureInfo.InvariantCulture, $"If-None-Match: {KnownETag}\r\n");
        if (Body is not null)
            text.Append(CultureInfo.InvariantCulture,
                $"Content-Type: {Json}\r\nContent-Length: {Encoding.UTF8.GetByteCount(Body)}\r\n");
        return Encoding.UTF8.GetBytes(text.Append(CultureInfo.InvariantCulture, $"\r\n{Body}").ToString());
    }

    public HttpRequestMessage Message(Uri server)
    {
        var message = new HttpRequestMessage(Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(server, Target));
        message.Headers.Add("Accept", Json);
        if (KnownETag is not null)
            message.Headers.TryAddWithoutValidation("If-None-Match", KnownETag);
        if (Body is not null)
            message.Content = new StringContent(Body, Encoding.UTF8, Json);
        return message;
    }
}
