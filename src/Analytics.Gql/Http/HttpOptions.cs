// How the API is served over HTTP: settings under Analytics:Http.
using Analytics.Gql.Engine.Limits;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public sealed class HttpOptions
{
    public const string Section = "Analytics:Http";

    /// <summary>Origins besides the API's own whose pages may read answers and open a WebSocket, such as
    /// <c>https://dash.example</c>; none: no CORS headers.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Compress answers that are worth it, for clients that accept it.</summary>
    public bool Compression { get; set; } = true;

    /// <summary>Let clients keep answers to GET requests, and answer 304 while they are still right.</summary>
    public bool ConditionalGet { get; set; } = true;

    /// <summary>Seconds that a client may use such an answer without asking again; 0: it asks each time.</summary>
    [Bounds(0, 86_400)]
    public int MaxAgeS { get; set; }

    /// <summary>Answer a browser that opens <c>/graphql</c> with GraphiQL; false: with a plain page.</summary>
    public bool Ide { get; set; } = true;

    /// <summary>Seconds between being told to stop, when <c>/health/ready</c> turns 503, and closing the listener: as long
    /// as a proxy takes to notice. Requests are answered meanwhile.</summary>
    [Bounds(0, 600)]
    public int DrainDelayS { get; set; }

    /// <summary>Serve the dashboard at <c>/</c>.</summary>
    public bool Dashboard { get; set; } = true;
}

/// <summary>Refuses to start with an origin that no browser sends.</summary>
public sealed class HttpOptionsCheck : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var wrong = options.AllowedOrigins.Where(origin => !IsOrigin(origin)).Select(origin =>
            $"{HttpOptions.Section}:{nameof(HttpOptions.AllowedOrigins)} has '{origin}', which is no origin. "
            + "Write scheme and host as browsers send them, such as 'https://dash.example' or "
            + "'http://localhost:5173': lower case, no path, no '*', no default port.").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    // What a browser sends is compared as text, so only its very spelling can match.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
        && uri.GetLeftPart(UriPartial.Authority) == text && uri.UserInfo.Length == 0;
}
