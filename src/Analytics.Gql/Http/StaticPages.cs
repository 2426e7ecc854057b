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

    /// <summary>Of files whose names have a hash of what is inside.</summary>
    internal const string KeptForGood = "public, max-age=31536000, immutable";

    /// <summary>Beside the program, wherever it is started from.</summary>
    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>Serves the dashboard at <c>/</c>, to anyone: what it shows it asks the API for, with the viewer's
    /// token.</summary>
    /// <exception cref="SettingsException">It is on and its files are not there.</exception>
    public static void UseDashboard(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.Dashboard)
            return;
        var page = new MarkedPage(Path.Combine(Folder, "index.html"), nameof(HttpOptions.Dashboard));
        app.UseStaticFiles(new StaticFileOptions
        {
            RequestPath = "/assets",
            FileProvider = new PhysicalFileProvider(Path.Combine(Folder, "assets")),
            OnPrepareResponse = AddHeaders,
        });
        app.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], http => page.WriteAsync(http, "./", Policy));
    }

    private static void AddHeaders(StaticFileResponseContext served)
    {
        served.Context.Response.Headers.CacheControl = KeptForGood;
        served.Context.Response.Headers.ContentSecurityPolicy = Policy;
    }
}
