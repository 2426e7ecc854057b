// One request of a soak, and what its answer has to be.
using System.Net.Http.Headers;
using System.Text;

namespace Analytics.Gql.Bench.Soak;

/// <param name="Kind">Counted under this name.</param>
/// <param name="Token">A bearer token; null: none.</param>
/// <param name="Body">Posted; null: it is a GET.</param>
/// <param name="QueryString">With its question mark.</param>
/// <param name="Code">Of the error that the answer has to have; null: it must have none.</param>
internal sealed record SoakRequest(string Kind, string? Token, string? Body, string QueryString = "", string? Code = null)
{
    private const string Json = "application/json";

    public string MediaType { get; init; } = Json;

    public string Accept { get; init; } = Json;

    public bool IsGet => Body is null;

    /// <param name="tag">Of the answer that the client has; null: it has none.</param>
    public HttpRequestMessage ToMessage(Uri endpoint, string? tag)
    {
        var message = new HttpRequestMessage(IsGet ? HttpMethod.Get : HttpMethod.Post, new Uri(endpoint, QueryString));
        if (Body is not null)
            message.Content = new StringContent(Body, Encoding.UTF8, MediaType);
        if (Token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (tag is not null)
            message.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(tag));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Accept));
        return message;
    }

    /// <returns>What is wrong with the answer; null: nothing is.</returns>
    public string? FaultOf(int status, byte[] answer, string? tag)
    {
        var isRight = Code is not null ? answer.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"code\":\"{Code}\"")) >= 0
            : status == StatusCodes.Status304NotModified ? tag is not null
            : status == StatusCodes.Status200OK && answer.AsSpan().IndexOf("\"errors\":"u8) < 0;
        return isRight ? null : $"{Kind}: {status}{(Code is null ? "" : $" without {Code}")}: "
            + $"{Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 500)))}; asked: {QueryString}{Body}";
    }
}
