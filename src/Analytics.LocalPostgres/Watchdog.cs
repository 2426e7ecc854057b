// Stops the server, and removes a throwaway folder, when this process dies without doing so itself.
using System.Diagnostics;

namespace Analytics.LocalPostgres;

/// <summary>A shell that reads from a pipe of ours: whatever the cause of our death, the pipe closes and it wakes.</summary>
internal sealed class Watchdog(Process shell) : IDisposable
{
    public static Watchdog? Start(Account account, string folder, int postmaster, bool throwaway)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var afterwards = throwaway ? $"while kill -0 {postmaster} 2>/dev/null; do sleep 0.1; done; cd /; rm -rf \"$0\"" : "";
        var start = account.Command(folder, "/bin/sh",
            ["-c", $"trap '' INT HUP TERM; cat >/dev/null; kill -INT {postmaster}; {afterwards}", folder]);
        start.RedirectStandardInput = true;
        return new Watchdog(Process.Start(start)!);
    }

    public void Dispose()
    {
        try
        {
            shell.Kill(entireProcessTree: true);
            shell.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended already: somebody stopped the server for us.
        }
        shell.Dispose();
    }
}
