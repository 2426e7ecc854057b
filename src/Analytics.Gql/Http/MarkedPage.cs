// A page that is built elsewhere and told here whether it belongs to a demo.
namespace Analytics.Gql.Http;

/// <summary>Reads a page once and writes it with <c>data-demo</c> answered: a page that asked for the demo's addresses in
/// vain would leave an error in the browser's console.</summary>
internal sealed class MarkedPage
{
    private readonly string _text;

    /// <param name="setting">That turns the page off, under <see cref="HttpOptions.Section"/>.</param>
    /// <exception cref="SettingsException">The page is not there.</exception>
    public MarkedPage(string path, string setting)
    {
        if (!File.Exists(path))
            throw new SettingsException(
                $"The page {path} does not exist. Deploy wwwroot beside the program, or set {HttpOptions.Section}:{setting} to false.");
        _text = File.ReadAllText(path);
    }

    /// <param name="files">What the page's own files are relative to, as the browser sees it; ends with a slash.</param>
    /// <param name="policy">Of the page's contents.</param>
    public Task WriteAsync(HttpContext http, string files, string policy)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = policy;
        http.Response.Headers.CacheControl = "no-cache";
        return http.Response.WriteAsync(
            _text.Replace("\"./", $"\"{files}", StringComparison.Ordinal)
                .Replace("data-demo=\"unknown\"", $"data-demo=\"{(IsDemo(http) ? "yes" : "no")}\"", StringComparison.Ordinal),
            http.RequestAborted);
    }

    // The demo, which is built on this server, adds an address that lends tokens.
    private static bool IsDemo(HttpContext http) => http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints
        .Any(endpoint => endpoint is RouteEndpoint { RoutePattern.RawText: "/demo/tokens" });
}
