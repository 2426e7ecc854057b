// Puts access together: how a token is checked, and who comes in where the server is open.
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Gql.Access;

public static class AccessServices
{
    private const string OpenScheme = "Open";

    /// <summary>Adds the authentication that the settings ask for; who has come in is then the request's user.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AuthOptions options)
    {
        services.AddScoped<Permissions>().AddSingleton<TokenCheck>();
        var schemes = services.AddAuthentication(options.IsOpen ? OpenScheme : JwtBearerDefaults.AuthenticationScheme);
        if (options.IsOpen)
            schemes.AddScheme<OpenOptions, OpenHandler>(OpenScheme, open => open.HonoursTokens = options.OpenHonoursTokens);
        if (!options.IsOpen || options.OpenHonoursTokens)
            schemes.AddJwtBearer(jwt => Configure(jwt, options));
        return services;
    }

    private static void Configure(JwtBearerOptions jwt, AuthOptions options)
    {
        // Claims keep the names that they have in the token.
        jwt.MapInboundClaims = false;
        jwt.TokenValidationParameters = new TokenValidationParameters
        {
            NameClaimType = "sub",
            ValidAudience = options.Audience,
            ValidIssuer = options.Issuer.Length > 0 ? options.Issuer : null,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (options.SigningKey.Length > 0)
        {
            jwt.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(options.SigningKey));
            jwt.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        }
        else
        {
            jwt.Authority = options.Authority;
            jwt.RequireHttpsMetadata = options.Authority.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
            // A public key must never be taken for a shared secret.
            jwt.TokenValidationParameters.ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ];
        }
        // Whatever is wrong with a token is a reason to refuse, never an exception: see TokenCheck.
        jwt.Events = new JwtBearerEvents
        {
            OnAuthenticationFailed = failed =>
            {
                failed.Fail(failed.Exception);
                return Task.CompletedTask;
            },
        };
    }

    private sealed class OpenOptions : AuthenticationSchemeOptions
    {
        public bool HonoursTokens { get; set; }
    }

    /// <summary>Everyone is somebody who may do everything, but for who says by a valid token who they are.</summary>
    private sealed class OpenHandler(IOptionsMonitor<OpenOptions> options, ILoggerFactory log, UrlEncoder encoder)
        : AuthenticationHandler<OpenOptions>(options, log, encoder)
    {
        private static readonly ClaimsPrincipal Everyone = new(new ClaimsIdentity(
            [new Claim("scope", $"{Scopes.Read} {Scopes.ReadAny} {Scopes.Refresh}")], OpenScheme));

        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Options.HonoursTokens && Request.Headers.Authorization.Count > 0
                && await Context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme) is { Succeeded: true } signedIn)
                return signedIn;
            return AuthenticateResult.Success(new AuthenticationTicket(Everyone, OpenScheme));
        }
    }
}
