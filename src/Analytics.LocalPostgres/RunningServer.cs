// A server that another process runs in a kept folder: found by what lies there, used, and left running.
using System.Globalization;

namespace Analytics.LocalPostgres;

internal sealed class RunningServer : IServer
{
    // Lines of postmaster.pid, from 0, as PostgreSQL has written them since version 10.
    private const int PidLine = 0;
    private const int PortLine = 3;
    private const int StatusLine = 7;

    private RunningServer(string folder, int processId, int port, string password) =>
        (Description, ProcessId, Port, Password) =
            ($"PostgreSQL on 127.0.0.1:{port}, which another process runs in {folder}", processId, port, password);

    public int Port { get; }

    public int ProcessId { get; }

    public string Password { get; }

    public string Description { get; }

    /// <returns>Null when nobody runs one there that takes connections, or one in a container, whose port does not lie there.</returns>
    public static async Task<RunningServer?> FindAsync(string folder, CancellationToken ct)
    {
        try
        {
            var path = Path.GetFullPath(folder);
            if (!Directory.Exists(path) || !IsHeld(Path.Combine(path, "lock")))
                return null;
            foreach (var cluster in Directory.GetDirectories(path, "data*"))
            {
                var pidFile = Path.Combine(cluster, "postmaster.pid");
                var password = Path.Combine(path, "password" + Path.GetFileName(cluster)["data".Length..]);
                if (File.Exists(pidFile) && File.Exists(password)
                    && await File.ReadAllLinesAsync(pidFile, ct) is { Length: > StatusLine } lines && lines[StatusLine].Trim() == "ready")
                    return new RunningServer(
                        path, Number(lines[PidLine]), Number(lines[PortLine]), (await File.ReadAllTextAsync(password, ct)).Trim());
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another account's: whoever then tries to start one is told which.
        }
        return null;
    }

    /// <summary>It is its owner's to stop.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static int Number(string line) => int.Parse(line, CultureInfo.InvariantCulture);

    // A pid file outlives a killed owner; the lock does not.
    private static bool IsHeld(string lockFile)
    {
        if (!File.Exists(lockFile))
            return false;
        try
        {
            using var free = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
