// Who may use this API from a browser; the section Analytics:Http.
namespace Analytics.Gql.Http;

public sealed class HttpOptions
{
    public const string Section = "Analytics:Http";

    /// <summary>Origins besides the API's own whose pages may use it, such as <c>https://app.example.org</c>.</summary>
    public IList<string> AllowedOrigins { get; } = [];
}
