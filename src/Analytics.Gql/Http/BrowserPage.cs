// What a person sees who opens the endpoint in a browser where the IDE is off.
namespace Analytics.Gql.Http;

public static class BrowserPage
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Analytics.Gql</title>
        <style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; }
        code, pre { font-family: ui-monospace, monospace; }
        pre { padding: 1rem; border: 1px solid; overflow: auto; }</style>
        <h1>Analytics.Gql</h1>
        <p>This is a GraphQL API. Send it operations with <code>POST</code> to this address,
        or queries with <code>GET ?query=…</code>:</p>
        <pre>curl -H 'Content-Type: application/json' -d '{"query": "{ __typename }"}' <span>ADDRESS</span></pre>
        <p>Its schema with the description of every field: <a href="PATH/schema.graphql">PATH/schema.graphql</a>.
        Any GraphQL IDE (Banana Cake Pop / Nitro, Altair, GraphiQL) can open this address. Both need introspection,
        which an operator may have turned off.
        Health: <a href="BASE/health/ready">BASE/health/ready</a>.</p>
        </html>
        """;

    public static Task WriteAsync(HttpContext http)
    {
        var request = http.Request;
        var path = Encoded($"{request.PathBase}{request.Path}".TrimEnd('/'));
        var address = Encoded($"{request.Scheme}://{request.Host}") + path;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.Vary = "Accept";
        return http.Response.WriteAsync(
            Html.Replace("PATH", path, StringComparison.Ordinal).Replace("ADDRESS", address, StringComparison.Ordinal)
                .Replace("BASE", Encoded(request.PathBase), StringComparison.Ordinal),
            http.RequestAborted);
    }

    private static string Encoded(string text) => System.Text.Encodings.Web.HtmlEncoder.Default.Encode(text);
}
