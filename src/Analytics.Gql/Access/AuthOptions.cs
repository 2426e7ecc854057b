// Who may come in: the settings under Analytics:Auth, and the refusal to start where they would leave the door open.
using System.Text;

namespace Analytics.Gql.Access;

/// <summary>How bearer tokens are checked.</summary>
public sealed class AuthOptions
{
    public const string Section = "Analytics:Auth";

    /// <summary>HS256 keys shorter than its hash can be guessed.</summary>
    public const int LeastKeyBytes = 32;

    /// <summary><c>Open</c> lets everyone do everything, with or without a token, in Development only; else empty.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Where the server is open: whoever sends a valid token is its subject, with its scopes only; everyone else
    /// may do everything, as before. For trying out what a user may see.</summary>
    public bool OpenHonoursTokens { get; set; }

    /// <summary>The address of an OpenID Connect issuer; its keys are fetched from there.</summary>
    public string Authority { get; set; } = "";

    /// <summary>In place of an authority: the secret that tokens are signed with (HS256), at least 32 bytes of UTF-8.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary>What a token's <c>iss</c> must be; with an authority its own issuer unless set.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What a token's <c>aud</c> must contain.</summary>
    public string Audience { get; set; } = "";

    public bool IsOpen => string.Equals(Mode, "Open", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="SettingsException">The server would let everyone in, or could let nobody in.</exception>
    public static AuthOptions Read(IConfiguration settings, IHostEnvironment environment)
    {
        var options = settings.GetSection(Section).Get<AuthOptions>() ?? new AuthOptions();
        if (options.IsOpen && !environment.IsDevelopment())
            throw new SettingsException(
                $"{Section}:Mode is 'Open' and the environment is {environment.EnvironmentName}: it would let everyone in. "
                + $"Set {Name("Authority")}, or {Name("SigningKey")}; 'Open' is for ASPNETCORE_ENVIRONMENT=Development.");
        if (options is { IsOpen: true, OpenHonoursTokens: false })
            return options;
        if (options is { IsOpen: false, OpenHonoursTokens: true })
            throw new SettingsException(
                $"{Section}:OpenHonoursTokens is true and {Section}:Mode is not 'Open': tokens are always honoured then. Remove it.");
        if (options.Mode.Length > 0 && !options.IsOpen)
            throw new SettingsException(
                $"{Section}:Mode is '{options.Mode}'; it is 'Open' (in Development only) or empty. Remove it, "
                + $"and set {Name("Authority")} or {Name("SigningKey")}.");
        options.CheckKeys(environment);
        return options;
    }

    private void CheckKeys(IHostEnvironment environment)
    {
        if (Authority.Length == 0 && SigningKey.Length == 0)
            throw new SettingsException(
                $"Neither {Section}:Authority nor {Section}:SigningKey is set: nobody could sign in. Set {Name("Authority")} to the "
                + $"address of your issuer, or {Name("SigningKey")} with {Name("Issuer")} and {Name("Audience")}."
                + (environment.IsDevelopment() ? $" In Development {Name("Mode")}=Open lets everyone in." : ""));
        if (Authority.Length > 0 && SigningKey.Length > 0)
            throw new SettingsException(
                $"{Section}:Authority and {Section}:SigningKey are both set; a token is checked by one of them. Remove one.");
        if (Authority.Length > 0 && !(Uri.TryCreate(Authority, UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttps || environment.IsDevelopment() && address.Scheme == Uri.UriSchemeHttp)))
            throw new SettingsException(
                $"{Section}:Authority is '{Authority}'; it must be an https address, such as https://login.example.com/.");
        var bytes = Encoding.UTF8.GetByteCount(SigningKey);
        if (SigningKey.Length > 0 && bytes < LeastKeyBytes)
            throw new SettingsException(
                $"{Section}:SigningKey has {bytes} bytes; at least {LeastKeyBytes}. Make one with 'openssl rand -base64 48'.");
        if (Audience.Length == 0)
            throw new SettingsException(
                $"{Section}:Audience is not set: tokens meant for other services would be taken. Set {Name("Audience")} to what "
                + "your issuer writes into 'aud' for this service.");
        if (SigningKey.Length > 0 && Issuer.Length == 0)
            throw new SettingsException(
                $"{Section}:Issuer is not set. Set {Name("Issuer")} to what whoever signs the tokens writes into 'iss'.");
    }

    private static string Name(string key) => $"{Section}:{key}".Replace(":", "__", StringComparison.Ordinal);
}
