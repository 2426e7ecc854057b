// kill -9 of 'dotnet run' leaves its child running, with a server that nobody sees; so the child looks after its parent.
namespace Analytics.Demo;

internal static class LauncherWatch
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Cancels when the <c>dotnet run</c> that started us is gone. Any other parent may end without us, as with nohup.</summary>
    public static async Task StopWithLauncherAsync(CancellationTokenSource stop)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var parent = ParentId();
        var launcher = CommandLine(parent);
        if (launcher.Split('\0') is not [var program, "run", ..] || Path.GetFileName(program) != "dotnet")
            return;
        try
        {
            using var timer = new PeriodicTimer(Poll);
            while (await timer.WaitForNextTickAsync(stop.Token))
                if (CommandLine(parent) != launcher)
                    await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The demo ends, for this reason or another.
        }
    }

    // The second field may hold spaces and parentheses; after its last one come state and parent.
    private static string ParentId()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
    }

    /// <summary>Empty when the process is gone, or a zombie.</summary>
    private static string CommandLine(string processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
