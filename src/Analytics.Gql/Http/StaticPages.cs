// The dashboard: files of wwwroot, built from src/dashboard, at the server's root.
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public static class StaticPages
{
    /// <summary>Everything comes from here, and nothing is written into the page: a script that got in could not run, and
    /// could not carry the token away.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Beside the program, wherever it is started from.</summary>
    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>Serves the dashboard at <c>/</c>, to anyone: what it shows it asks the API for, with the viewer's
    /// token.</summary>
    public static void UseDashboard(this IApplicationBuilder app)
    {
        if (!app.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value.Dashboard || !Directory.Exists(Folder))
            return;
        var files = new PhysicalFileProvider(Folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = AddHeaders });
    }

    private static void AddHeaders(StaticFileResponseContext served)
    {
        var headers = served.Context.Response.Headers;
        // The names in assets/ have a hash of what is inside.
        headers.CacheControl = served.Context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        headers.ContentSecurityPolicy = Policy;
    }
}
