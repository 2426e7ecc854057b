// Tokens of an OpenID Connect issuer, which is a small web server here: its keys are fetched, and it may be away.
using System.Security.Cryptography;
using Analytics.Gql.Access;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Gql.Tests.Http;
using Analytics.Gql.Tests.Http.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Gql.Tests.Access;

public sealed class AuthorityTests : IAsyncLifetime, IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private WebApplication? _issuer;
    private Trusting _server = null!;
    private string _authority = null!;

    private SigningCredentials RsaKey => new(new RsaSecurityKey(_rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256);

    public async Task InitializeAsync()
    {
        var issuer = WebApplication.CreateSlimBuilder();
        issuer.WebHost.UseUrls("http://127.0.0.1:0");
        issuer.Logging.ClearProviders();
        _issuer = issuer.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = _authority, jwks_uri = $"{_authority}keys" }));
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(false)) { KeyId = "one" });
        _issuer.MapGet("/keys", () => Results.Json(new { keys = new[] { new { kty = key.Kty, n = key.N, e = key.E, kid = key.Kid, use = "sig" } } }));
        await _issuer.StartAsync();
        _authority = $"{_issuer.Urls.Single()}/";

        _server = new Trusting(_authority);
        await _server.InitializeAsync();
    }

    private sealed class Trusting(string authority) : SampleServer
    {
        protected override AuthOptions Auth => new() { Authority = authority, Audience = Tokens.Audience };
    }

    [Fact]
    public async Task A_token_signed_with_the_issuers_key_comes_in_and_no_other()
    {
        Assert.Equal("200", await AskAsync(Tokens.Of("coach", "analytics:read:any", RsaKey, _authority)));
        Assert.Equal("401 The token was issued by somebody whom this service does not trust. Sign in again.",
            await AskAsync(Tokens.Of("coach", "analytics:read:any", RsaKey)));
        using var stranger = RSA.Create(2048);
        Assert.Equal(Unverified, await AskAsync(Tokens.Of(
            "coach", "analytics:read:any", new(new RsaSecurityKey(stranger) { KeyId = "one" }, SecurityAlgorithms.RsaSha256), _authority)));
    }

    [Fact]
    public async Task The_issuers_public_key_is_not_taken_for_a_shared_secret()
    {
        var secret = new SymmetricSecurityKey(_rsa.ExportSubjectPublicKeyInfo()) { KeyId = "one" };
        var answer = await AskAsync(Tokens.Of(
            "coach", "analytics:read:any", new SigningCredentials(secret, SecurityAlgorithms.HmacSha256), _authority));
        Assert.StartsWith("401 The token", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_issuer_is_away_a_token_cannot_be_checked_and_the_operator_is_told()
    {
        await _issuer!.StopAsync();
        Assert.Equal("503 The token cannot be checked for now: its issuer does not answer. Try again later.",
            await AskAsync(Tokens.Of("coach", "analytics:read:any", RsaKey, _authority)));
        using var socket = await GraphQLSocket.OpenAsync(_server.Client);
        await socket.SendAsync(new
        {
            type = "connection_init",
            payload = new { authorization = "Bearer " + Tokens.Of("coach", "analytics:read:any", RsaKey, _authority) },
        });
        Assert.Equal((1013, "The token cannot be checked for now: its issuer does not answer. Try again later."), await socket.ClosedAsync());
        Assert.Contains(_server.Log.Entries, entry => entry.Text.Contains("Is Analytics:Auth:Authority right", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_has_no_token_need_not_wait_for_the_issuer()
    {
        await _issuer!.StopAsync();
        Assert.StartsWith("401 The request has no bearer token.", await AskAsync(null), StringComparison.Ordinal);
    }

    private const string Unverified = "401 The token's signature cannot be verified, or it is no JSON Web Token. Sign in again.";

    private async Task<string> AskAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query={__typename}");
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await _server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? $"{(int)response.StatusCode}"
            : $"{(int)response.StatusCode} {System.Text.Json.JsonDocument.Parse(text).RootElement.Message()}";
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer!.DisposeAsync();
    }

    public void Dispose() => _rsa.Dispose();
}
