// Who runs the server: PostgreSQL refuses root, so root hands it to an unprivileged account.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Analytics.LocalPostgres;

/// <summary>The account that the cluster's programs run under; null user means our own.</summary>
internal sealed partial record Account(string? User, uint Uid, uint Gid)
{
    private static readonly Account Own = new(null, 0, 0);
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    public static Account Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return Own;
        var entries = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length > 3).ToList();
        return Unprivileged
            .Select(name => entries.Find(f => f[0] == name)).OfType<string[]>()
            .Select(f => new Account(f[0], Number(f[2]), Number(f[3]))).FirstOrDefault()
            ?? throw new PostgresUnavailableException(
                "PostgreSQL does not run as root, and this system has neither a 'postgres' nor a 'nobody' account. Start as an ordinary user.");

        static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>A command of the cluster's, run in its folder as this account, free of our PG* variables.</summary>
    public ProcessStartInfo Command(string folder, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo { WorkingDirectory = folder, FileName = User is null ? program : "setpriv" };
        if (User is not null)
            foreach (var argument in (string[])[$"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--no-new-privs", "--", program])
                start.ArgumentList.Add(argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    public void TakeOver(string path)
    {
        if (User is not null && ChangeOwner(path, Uid, Gid) != 0)
            throw new IOException($"chown {path} to {User}: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <exception cref="PostgresUnavailableException">The account cannot enter a folder above (such as /root).</exception>
    public void CheckReach(string folder)
    {
        if (User is null || OperatingSystem.IsWindows())
            return;
        for (var above = new DirectoryInfo(folder).Parent; above is not null; above = above.Parent)
            if ((File.GetUnixFileMode(above.FullName) & UnixFileMode.OtherExecute) == 0)
                throw new PostgresUnavailableException(
                    $"{above.FullName} is closed to the account '{User}', which runs PostgreSQL because root may not. Choose a folder under /var/tmp.");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);
}
