// analytics-gql health: asks the server on this machine, for images in which there is no curl.
using System.CommandLine;
using System.Net;

namespace Analytics.Gql.Commands;

internal static class HealthCommand
{
    private const string Default = "http://localhost:5000"; // Kestrel's own
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var live = new Option<bool>("--live") { Description = "Ask whether it runs; else whether it can answer." };
        var url = new Option<string?>("--url")
        {
            Description = "Where it listens; else as ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS say.",
        };
        var command = new Command(
            "health", "Asks the server on this machine how it is and prints its answer; exit code 1: not well.")
        {
            live, url,
        };
        command.SetAction((parsed, ct) => CommandLine.GuardAsync(async () =>
        {
            var server = parsed.GetValue(url) is { } named ? Address(named) : Address(SettingsSources.Read());
            return await AskAsync(new Uri(server, parsed.GetValue(live) ? "/health/live" : "/health/ready"), ct);
        }));
        return command;
    }

    private static async Task<int> AskAsync(Uri address, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(address, ct);
            Console.WriteLine(await answer.Content.ReadAsStringAsync(ct));
            return answer.StatusCode == HttpStatusCode.OK ? CommandLine.Done : CommandLine.Failed;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            Console.Error.WriteLine($"{address}: {e.Message} Start the server, or name its address with --url.");
            return CommandLine.Failed;
        }
    }

    /// <summary>The first address that the server of these settings listens at, as this machine reaches it.</summary>
    /// <exception cref="SettingsException">It is none that HTTP goes to.</exception>
    internal static Uri Address(IConfiguration settings) => Address(
        First(settings["ASPNETCORE_URLS"] ?? settings["URLS"])
        ?? (First(settings["ASPNETCORE_HTTP_PORTS"] ?? settings["HTTP_PORTS"]) is { } port ? $"http://*:{port}" : Default));

    private static Uri Address(string listening)
    {
        try
        {
            var binding = BindingAddress.Parse(listening);
            if (!binding.IsUnixPipe && !binding.IsNamedPipe)
                return new UriBuilder(binding.Scheme, IsAny(binding.Host) ? "localhost" : binding.Host, binding.Port).Uri;
        }
        catch (FormatException)
        {
            // Said below.
        }
        throw new SettingsException(
            $"The server listens at '{listening}', which cannot be asked. Name an http address with --url.");
    }

    private static string? First(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();

    private static bool IsAny(string host) => host is "*" or "+" or "0.0.0.0" or "[::]";
}
