// What a browser that opens /graphql sees until the IDE stands there.
namespace Analytics.Gql.Http;

internal static class LandingPage
{
    private const string Html = """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><title>Analytics.Gql</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}</style>
        <h1>Analytics.Gql</h1>
        <p>This is a GraphQL endpoint. Send it <code>POST</code> requests with <code>application/json</code>, or point any GraphQL IDE
        (Banana Cake Pop / Nitro, Altair, GraphiQL) at this address: introspection is on.</p>
        <p>The schema as text: <a href="/graphql/schema.graphql">/graphql/schema.graphql</a>.
        Health: <a href="/health/ready">/health/ready</a>.</p>
        """;

    public static Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return http.Response.WriteAsync(Html, http.RequestAborted);
    }
}
