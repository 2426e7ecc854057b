// GraphiQL for a browser that opens /graphql: its page there, its files under /graphql/ide; built from src/ide.
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

/// <summary>The IDE, for anyone: what it shows it asks the API for, with the token that its user gives it.</summary>
public sealed class IdePages
{
    /// <summary>Scripts, workers and connections of this origin only: what got in could not run, nor carry a token
    /// away. Monaco lays out its lines by style attributes and writes its themes into style elements, hence
    /// 'unsafe-inline' for styles.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string FilesPath = "/ide";

    // The page is not among them: at its own address it would take that for the API's.
    private static readonly FileExtensionContentTypeProvider _types = new(new Dictionary<string, string>
    {
        [".js"] = "text/javascript",
        [".css"] = "text/css",
        [".svg"] = "image/svg+xml",
        [".ttf"] = "font/ttf",
        [".txt"] = "text/plain; charset=utf-8",
    });

    private readonly MarkedPage? _page;

    /// <exception cref="SettingsException">The IDE is on and its files are not there.</exception>
    public IdePages(IOptions<HttpOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Value.Ide) _page = new MarkedPage(Path.Combine(Folder, "index.html"), nameof(HttpOptions.Ide));
    }

    private static string Folder { get; } = Path.Combine(StaticPages.Folder, "graphql", "ide");

    /// <summary>The IDE's page; where it is off, the plain one.</summary>
    public Task WriteAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (_page is null) return BrowserPage.WriteAsync(http);
        http.Response.Headers.Vary = "Accept";
        // Relative to the address that the browser used: a proxy may have taken a prefix from it that nobody here knows.
        var files = http.Request.Path.Value!.EndsWith('/') ? "./ide/" : $".{GraphQLRoutes.Path}/ide/";
        return _page.WriteAsync(http, files, Policy);
    }

    /// <summary>Maps the files of the page; they answer 404 where the IDE is off.</summary>
    /// <param name="group">At <see cref="GraphQLRoutes.Path"/>.</param>
    public void MapFiles(IEndpointRouteBuilder group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var files = group.CreateApplicationBuilder();
        // The middleware leaves requests alone that have an endpoint, which this is in.
        files.Use((http, next) =>
        {
            http.SetEndpoint(null);
            return next(http);
        });
        if (_page is not null)
            files.UseStaticFiles(new StaticFileOptions
            {
                RequestPath = GraphQLRoutes.Path + FilesPath,
                FileProvider = new PhysicalFileProvider(Folder),
                ContentTypeProvider = _types,
                OnPrepareResponse = KeepForGood,
            });
        group.MapMethods(FilesPath + "/{**file}", [HttpMethods.Get, HttpMethods.Head], files.Build());
    }

    private static void KeepForGood(StaticFileResponseContext served)
    {
        if (served.Context.Request.Path.StartsWithSegments(GraphQLRoutes.Path + FilesPath + "/assets"))
            served.Context.Response.Headers.CacheControl = StaticPages.KeptForGood;
    }
}
