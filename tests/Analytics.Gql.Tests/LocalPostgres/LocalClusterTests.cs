// A local cluster's life: it comes up private, and leaves nothing that was not asked to stay.
using System.Diagnostics;
using Analytics.LocalPostgres;
using Npgsql;

namespace Analytics.Gql.Tests.LocalPostgres;

public sealed class LocalClusterTests : IDisposable
{
    private readonly string _folder = Path.Combine(
        Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath(), $"analytics-kept-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [InstalledPostgresFact]
    public async Task A_throwaway_leaves_neither_server_nor_folder()
    {
        await using var cluster = await StartAsync(folder: null);
        var folder = await FolderAsync(cluster);
        Assert.True(Directory.Exists(folder));
        await cluster.DisposeAsync();
        Assert.False(Directory.Exists(folder));
        Assert.False(await AnswersAsync(cluster.ConnectionString));
    }

    [InstalledPostgresFact]
    public async Task A_cluster_listens_on_loopback_only_and_asks_for_the_password()
    {
        await using var cluster = await StartAsync(folder: null);
        Assert.Equal("127.0.0.1", await ScalarAsync(cluster.ConnectionString, "show listen_addresses"));
        Assert.Equal("", await ScalarAsync(cluster.ConnectionString, "show unix_socket_directories"));
        var stranger = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "guess" }.ConnectionString;
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(stranger, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [InstalledPostgresFact]
    public async Task Settings_of_the_caller_override_ours()
    {
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Source = PostgresSource.Installed,
            Settings = new Dictionary<string, string> { ["max_connections"] = "37" },
        });
        Assert.Equal("37", await ScalarAsync(cluster.ConnectionString, "show max_connections"));
    }

    [InstalledPostgresFact]
    public async Task Statement_statistics_are_loaded_where_the_server_has_them()
    {
        await using var cluster = await StartAsync(folder: null);
        var available = (bool)(await ScalarAsync(cluster.ConnectionString,
            "select exists (select from pg_available_extensions where name = 'pg_stat_statements')"))!;
        Assert.Equal(available ? "pg_stat_statements" : "",
            await ScalarAsync(cluster.ConnectionString, "show shared_preload_libraries"));
    }

    [InstalledPostgresFact]
    public async Task Links_to_the_binaries_lead_to_their_libraries()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var cluster = await StartAsync(folder: null);
        var bin = Path.GetDirectoryName(File.ResolveLinkTarget($"/proc/{cluster.ProcessId}/exe", returnFinalTarget: true)!.FullName)!;
        Directory.CreateDirectory(_folder);
        foreach (var tool in (string[])["initdb", "pg_ctl", "postgres"])
            File.CreateSymbolicLink(Path.Combine(_folder, tool), Path.Combine(bin, tool));
        using var owner = await Owner.StartAsync(null, ("ANALYTICS_PG_BIN", _folder));
        Assert.Equal(await ScalarAsync(cluster.ConnectionString, "show shared_preload_libraries"),
            await ScalarAsync(owner.ConnectionString, "show shared_preload_libraries"));
    }

    [InstalledPostgresFact]
    public async Task A_durable_cluster_syncs_and_another_does_not()
    {
        await using var fast = await StartAsync(folder: null);
        await using var durable = await LocalCluster.StartAsync(
            new LocalClusterOptions { Source = PostgresSource.Installed, Durable = true });
        Assert.Equal("off", await ScalarAsync(fast.ConnectionString, "show fsync"));
        Assert.Equal("on", await ScalarAsync(durable.ConnectionString, "show fsync"));
    }

    [InstalledPostgresFact]
    public async Task A_kept_folder_serves_the_same_rows_after_a_restart()
    {
        await using (var first = await StartAsync(_folder))
            await ScalarAsync(first.ConnectionString, "create table kept as select 42 as answer");
        await using var second = await StartAsync(_folder);
        Assert.Equal(42, await ScalarAsync(second.ConnectionString, "select answer from kept"));
    }

    [InstalledPostgresFact]
    public async Task A_folder_in_use_is_refused_by_name()
    {
        await using var holder = await StartAsync(_folder);
        var refusal = await Assert.ThrowsAsync<LocalClusterException>(() => StartAsync(_folder));
        Assert.Contains("Another process is using", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        Assert.True(await AnswersAsync(holder.ConnectionString));
    }

    [InstalledPostgresFact]
    public async Task A_folder_with_other_things_in_it_is_left_alone()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "thesis.txt"), "mine");
        var refusal = await Assert.ThrowsAsync<LocalClusterException>(() => StartAsync(_folder));
        Assert.Contains("something other than a local cluster", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("thesis.txt", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(_folder))));
    }

    [InstalledPostgresFact]
    public async Task The_server_does_not_run_as_root()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var cluster = await StartAsync(folder: null);
        var status = await File.ReadAllLinesAsync($"/proc/{cluster.ProcessId}/status");
        var userIds = status.Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.DoesNotContain("0", userIds);
    }

    [InstalledPostgresFact]
    public async Task Killing_the_owner_of_a_throwaway_leaves_neither_server_nor_folder()
    {
        using var owner = await Owner.StartAsync();
        var folder = await FolderAsync(owner.ConnectionString);
        owner.Process.Kill(); // SIGKILL: nothing of the owner runs after it.
        await UntilAsync(async () => !await AnswersAsync(owner.ConnectionString) && !Directory.Exists(folder));
    }

    [InstalledPostgresFact]
    public async Task Killing_the_owner_with_all_its_group_leaves_neither_server_nor_folder()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var owner = await Owner.StartAsync();
        var folder = await FolderAsync(owner.ConnectionString);
        await Owner.SignalAsync("KILL", $"-{owner.Process.Id}"); // What 'timeout -s KILL' does.
        await UntilAsync(async () => !await AnswersAsync(owner.ConnectionString) && !Directory.Exists(folder));
    }

    [InstalledPostgresFact]
    public async Task Ending_the_owner_with_SIGTERM_leaves_neither_server_nor_folder()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var owner = await Owner.StartAsync();
        var folder = await FolderAsync(owner.ConnectionString);
        await Owner.SignalAsync("TERM", $"{owner.Process.Id}");
        await UntilAsync(async () => !await AnswersAsync(owner.ConnectionString) && !Directory.Exists(folder));
    }

    [InstalledPostgresFact]
    public async Task A_kept_folder_whose_owner_was_killed_starts_again_with_its_rows()
    {
        using (var owner = await Owner.StartAsync(_folder))
        {
            await ScalarAsync(owner.ConnectionString, "create table kept as select 42 as answer");
            owner.Process.Kill();
            await owner.Process.WaitForExitAsync();
        }
        // At once: the watchdog may still be stopping the old server.
        await using var next = await StartAsync(_folder);
        Assert.Equal(42, await ScalarAsync(next.ConnectionString, "select answer from kept"));
    }

    [Fact]
    public async Task Binaries_that_are_named_wrongly_are_an_error_and_not_a_reason_to_look_elsewhere()
    {
        using var owner = Owner.Launch(folder: null, ("ANALYTICS_PG_BIN", Path.GetTempPath()));
        var errors = await owner.StandardError.ReadToEndAsync();
        await owner.WaitForExitAsync();
        Assert.NotEqual(0, owner.ExitCode);
        Assert.Contains("ANALYTICS_PG_BIN=", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_source_the_error_says_what_to_install()
    {
        // There is no npm on this path, and nothing in this cache.
        using var owner = Owner.Launch(
            folder: null, ("ANALYTICS_PG_SOURCE", "npm"), ("PATH", _folder), ("ANALYTICS_PG_CACHE", _folder));
        var errors = await owner.StandardError.ReadToEndAsync();
        await owner.WaitForExitAsync();
        Assert.NotEqual(0, owner.ExitCode);
        Assert.Contains("apt-get install postgresql", errors, StringComparison.Ordinal);
    }

    private static Task<LocalCluster> StartAsync(string? folder) =>
        LocalCluster.StartAsync(new LocalClusterOptions { Folder = folder, Source = PostgresSource.Installed });

    private static Task<string> FolderAsync(LocalCluster cluster) => FolderAsync(cluster.ConnectionString);

    private static async Task<string> FolderAsync(string connectionString) =>
        Path.GetDirectoryName((string)(await ScalarAsync(connectionString, "show data_directory"))!)!;

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            await ScalarAsync(connectionString, "select 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // The watchdog has no signal to wait for: it is the last one standing.
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "The server or its folder is still there after 20 s.");
            await Task.Delay(50);
        }
    }
}
