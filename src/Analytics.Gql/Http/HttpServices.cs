// What holds for every answer: security headers, CORS, compression.
using System.IO.Compression;
using Analytics.Gql.Engine.Limits;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Http;

public static class HttpServices
{
    public static IServiceCollection AddAnalyticsHttp(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsCheck>()
            .AddSingleton<IValidateOptions<HttpOptions>>(new BoundsCheck<HttpOptions>(HttpOptions.Section));
        services.AddSingleton<IdePages>().AddSingleton<ConditionalGet>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<HttpOptions>>((cors, http) => cors.AddDefaultPolicy(
            policy => policy.WithOrigins([.. http.Value.AllowedOrigins]).WithMethods("GET", "POST")
                .WithHeaders("content-type", "authorization", "last-event-id", "if-none-match", GraphQLEndpoint.CostHeader,
                    GraphQLEndpoint.StatementsHeader)
                .WithExposedHeaders("Retry-After", "ETag").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        services.AddSingleton<IResponseCompressionProvider, LargeAnswers>();
        services.AddResponseCompression(compression =>
        {
            // BREACH needs a secret in the answer beside text of the attacker's choice. Answers hold the caller's own
            // data and no token or cookie, and other sites' pages cannot make a browser send the bearer token.
            compression.EnableForHttps = true;
            // Event streams are not in the list: each event has to leave at once.
            compression.MimeTypes = [ContentNegotiation.Json, ContentNegotiation.GraphQLJson, "text/plain", "text/html",
                "text/css", "text/javascript", "image/svg+xml", "font/ttf"];
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        return services;
    }

    /// <summary>Before every endpoint.</summary>
    public static void UseAnalyticsHttp(this IApplicationBuilder app)
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value;
        var stop = app.ApplicationServices.GetRequiredService<GracefulStop>();
        app.Use((http, next) =>
        {
            // Whoever keeps this connection would send the next request when nobody reads it any more. HTTP/2 is told so
            // by Kestrel.
            if (stop.IsLeaving && HttpProtocol.IsHttp11(http.Request.Protocol))
                http.Response.Headers.Connection = "close";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            // Answers are read by fetch, which CORS governs; no other site embeds one as a picture or a script.
            http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return next(http);
        });
        if (options.AllowedOrigins.Count > 0) app.UseCors();
        if (options.Compression) app.UseResponseCompression();
    }

    /// <summary>Leaves answers as they are that fit into a packet anyway.</summary>
    private sealed class LargeAnswers(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
        : ResponseCompressionProvider(services, options)
    {
        private const int LeastBytes = 1_024;

        // Pages' files are asked for once and kept for good: worth more work than answers are.
        private readonly BrotliCompressionProvider _files =
            new(Options.Create(new BrotliCompressionProviderOptions { Level = CompressionLevel.Optimal }));

        public override ICompressionProvider? GetCompressionProvider(HttpContext context) =>
            base.GetCompressionProvider(context) is { } chosen
                ? chosen.EncodingName == _files.EncodingName && IsPagesFile(context) ? _files : chosen
                : null;

        private static bool IsPagesFile(HttpContext context) =>
            context.Response.ContentType is { } type
            && (type.StartsWith("text/javascript", StringComparison.Ordinal) || type.StartsWith("text/css", StringComparison.Ordinal));

        public override bool ShouldCompressResponse(HttpContext context) =>
            context.Response.ContentLength is null or >= LeastBytes
            && base.ShouldCompressResponse(context);
    }
}
