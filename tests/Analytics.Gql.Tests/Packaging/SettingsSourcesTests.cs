// Settings by file, by a folder of secrets and by the environment, as a shell sees them: which wins, and what is said
// of a wrong one.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Packaging;

public sealed class SettingsSourcesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("analytics-settings-");

    [Fact]
    public async Task A_json_file_is_read_and_the_environment_wins_over_it()
    {
        var file = Write("settings.json", """{ "ConnectionStrings": { "Analytics": "Inthefile=1" } }""");
        Assert.Contains("inthefile", await ErrorsOfVerifyAsync(file), StringComparison.Ordinal);
        Assert.Contains("inenvironment", await ErrorsOfVerifyAsync(file, "Inenvironment=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_has_a_file_for_each_key()
    {
        Write("ConnectionStrings__Analytics", "Inthefolder=1\n");
        Write(".hidden", "nothing");
        Assert.Contains("inthefolder", await ErrorsOfVerifyAsync(_folder.FullName), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("serve")]
    public async Task A_file_that_is_not_there_is_named_with_the_remedy(string command)
    {
        var result = await RunAsync(command, Path.Combine(_folder.FullName, "absent.json"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("absent.json', where there is neither a file nor a folder", result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("serve")]
    public async Task A_file_that_is_no_json_is_said_in_a_sentence(string command)
    {
        var result = await RunAsync(command, Write("broken.json", "{ \"Analytics\": "));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("broken.json", result.Errors, StringComparison.Ordinal);
        Assert.Contains("Correct the file of settings.", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" at Analytics.", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_reads_the_same_file()
    {
        var file = Write("settings.json", """
            { "ConnectionStrings": { "Analytics": "Host=127.0.0.1;Port=1" }, "Analytics": { "Auth": { "SigningKey": "short" } } }
            """);
        var result = await RunAsync("serve", file);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Analytics:Auth:SigningKey has 5 bytes", result.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static Task<CommandResult> RunAsync(string command, string settings) => ServerProcess.RunAsync(
        [command], new Dictionary<string, string> { ["ANALYTICS_SETTINGS"] = settings });

    // Npgsql names the key that it does not know.
    private static async Task<string> ErrorsOfVerifyAsync(string settings, string? connection = null)
    {
        var environment = new Dictionary<string, string> { ["ANALYTICS_SETTINGS"] = settings };
        if (connection is not null)
            environment["ConnectionStrings__Analytics"] = connection;
        return (await ServerProcess.RunAsync(["verify"], environment)).Errors;
    }
}
