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
        if (options.IsOpen)
            services.AddAuthentication(OpenScheme).AddScheme<AuthenticationSchemeOptions, OpenHandler>(OpenScheme, null);
        else
            services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(jwt => Configure(jwt, options));
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

    /// <summary>Everyone is somebody who may do everything.</summary>
    private sealed class OpenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        private static readonly ClaimsPrincipal Everyone = new(new ClaimsIdentity(
            [new Claim("scope", $"{Scopes.Read} {Scopes.ReadAny} {Scopes.Refresh}")], OpenScheme));

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Everyone, OpenScheme)));
    }
}
