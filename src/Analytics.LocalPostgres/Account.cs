// The account a server runs as: PostgreSQL refuses root, so root's servers run as one without rights.
using System.Diagnostics;
using System.Globalization;

namespace Analytics.LocalPostgres;

/// <summary>An unprivileged account of this machine; null stands for our own.</summary>
internal sealed record Account(string Name, int UserId, int GroupId)
{
    /// <summary>Who runs servers: null unless we are root.</summary>
    public static Account? ForServers()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;
        var accounts = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length > 3).ToLookup(f => f[0]);
        var fields = accounts["postgres"].Concat(accounts["nobody"]).FirstOrDefault()
            ?? throw new LocalClusterException(
                "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody'. Run as another user.");
        return new Account(fields[0], Parse(fields[2]), Parse(fields[3]));
    }

    /// <summary>A program to be run as this account, free of the PG* variables that would redirect it.</summary>
    public static ProcessStartInfo Run(Account? account, string folder, string program, params IEnumerable<string> arguments)
    {
        // setpriv is part of util-linux: on every Linux that has root running tests.
        var start = account is null
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("setpriv",
            [
                $"--reuid={account.UserId}", $"--regid={account.GroupId}", "--clear-groups", "--no-new-privs", "--",
                program, .. arguments,
            ]);
        start.WorkingDirectory = folder;
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    public async Task OwnAsync(string path, CancellationToken ct) =>
        await Command.RunAsync(new ProcessStartInfo("chown", [$"{UserId}:{GroupId}", path]), ct);

    /// <exception cref="LocalClusterException">A parent folder, such as /root, is closed to the account.</exception>
    public void RequireWay(string folder)
    {
        for (var parent = new DirectoryInfo(folder).Parent; parent is not null; parent = parent.Parent)
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(parent.FullName) & UnixFileMode.OtherExecute) == 0)
                throw new LocalClusterException(
                    $"{parent.FullName} is closed to account '{Name}', which runs the server because root may not. Choose a folder under /var/tmp.");
    }

    private static int Parse(string number) => int.Parse(number, CultureInfo.InvariantCulture);
}
