// Clears up after us when we die without disposing: a shell on the other end of a pipe that closes whatever kills us.
using System.Diagnostics;
using System.Globalization;

namespace Analytics.LocalPostgres;

internal sealed class Watchdog : IAsyncDisposable
{
    // The last line read is the server's process, or 'done' after an orderly end. Ctrl-C reaches the whole group of
    // processes, hence the trap. Without a known process the folder's own pid file is asked, for a throwaway only: a kept
    // folder may already have its next owner. Serving is more than kill -0: a container whose first process does not reap
    // keeps the ended server as a zombie.
    private const string ServerScript = """
        trap '' INT HUP TERM
        folder=$1 throwaway=$2 pid=
        serving() {
            [ "$(head -n 1 "$folder"/data*/postmaster.pid 2>/dev/null)" = "$pid" ] && kill -0 "$pid" 2>/dev/null
        }
        while read -r line; do pid=$line; done
        [ "$pid" = done ] && exit 0
        cd / || exit 1
        if [ -z "$pid" ] && [ "$throwaway" = yes ]; then
            sleep 0.5
            pid=$(head -n 1 "$folder"/data*/postmaster.pid 2>/dev/null)
        fi
        if [ -n "$pid" ]; then
            if [ "$throwaway" = yes ]; then kill -QUIT "$pid"; else kill -INT "$pid"; fi 2>/dev/null
            tries=0
            while serving && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
            serving && kill -QUIT "$pid" 2>/dev/null
        fi
        tries=0
        while [ "$throwaway" = yes ] && [ -e "$folder" ] && [ $tries -lt 20 ]; do
            rm -rf "$folder" || sleep 0.2
            tries=$((tries + 1))
        done
        """;

    private const string ContainerScript = """
        trap '' INT HUP TERM
        name=$1 last=
        while read -r line; do last=$line; done
        [ "$last" = done ] || docker rm -f -v "$name" >/dev/null 2>&1
        """;

    private readonly Process? _shell;

    private Watchdog(Process? shell) => _shell = shell;

    /// <summary>Watches over a server that has yet to be started in this folder.</summary>
    public static Watchdog OverServer(ClusterFolder folder, Account? account)
    {
        var (program, arguments) = Shell(ServerScript, folder.Path, folder.Throwaway ? "yes" : "no");
        return Start(Account.Run(account, folder.Path, program, arguments));
    }

    /// <summary>Watches over a container that has yet to be started under this name.</summary>
    public static Watchdog OverContainer(string name)
    {
        var (program, arguments) = Shell(ContainerScript, name);
        return Start(new ProcessStartInfo(program, arguments));
    }

    public async Task TellAsync(int processId)
    {
        if (_shell is not null)
            await _shell.StandardInput.WriteLineAsync(processId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>After an orderly end there is nothing to clear up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_shell is null)
            return;
        try
        {
            await _shell.StandardInput.WriteLineAsync("done");
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
        }
        catch (IOException)
        {
            // Somebody ended the watchdog first.
        }
        _shell.Dispose();
    }

    // In a session of its own, since 'timeout -s KILL' and the like kill a whole group of processes. macOS has no setsid.
    private static (string Program, string[] Arguments) Shell(string script, params string[] values) => OperatingSystem.IsLinux()
        ? ("setsid", ["/bin/sh", "-c", script, "watchdog", .. values])
        : ("/bin/sh", ["-c", script, "watchdog", .. values]);

    // Windows has no such shell: there a server outlives a killed parent until the next start in its folder stops it.
    private static Watchdog Start(ProcessStartInfo start)
    {
        if (OperatingSystem.IsWindows())
            return new Watchdog(null);
        start.RedirectStandardInput = true;
        var shell = Command.Start(start);
        shell.StandardInput.AutoFlush = true;
        return new Watchdog(shell);
    }
}
