// The folder of a cluster: held by one process at a time, and deleted with it when it is a throwaway.
namespace Analytics.LocalPostgres;

/// <summary>A folder that is ours until disposed. The system drops the lock when we die, kill -9 included.</summary>
internal sealed class ClusterFolder : IDisposable
{
    private readonly FileStream _lock;

    private ClusterFolder(string path, bool throwaway, FileStream @lock) =>
        (Path, Throwaway, _lock) = (path, throwaway, @lock);

    public string Path { get; }

    public bool Throwaway { get; }

    /// <param name="wanted">Null for a throwaway.</param>
    /// <exception cref="LocalClusterException">Another process has it, or it is another program's.</exception>
    public static ClusterFolder Take(string? wanted)
    {
        var path = System.IO.Path.GetFullPath(wanted ?? NewThrowaway());
        var lockFile = System.IO.Path.Combine(path, "lock");
        try
        {
            // We narrow the folder's mode and owner: never those of a folder that somebody keeps other things in.
            if (Directory.Exists(path) && !File.Exists(lockFile) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new LocalClusterException($"{path} holds something other than a local cluster. Choose an empty or a new folder.");
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalClusterException($"{path} cannot hold a local cluster: {e.Message} Choose another folder.", e);
        }
        return new ClusterFolder(path, wanted is null, Lock(path, lockFile));
    }

    private static FileStream Lock(string path, string lockFile)
    {
        try
        {
            return new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LocalClusterException($"Another process is using the local cluster in {path}. End it, or choose another folder.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LocalClusterException($"The local cluster in {path} belongs to another account. Choose another folder.", e);
        }
    }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Deletes a throwaway; lets a kept one go.</summary>
    public void Dispose()
    {
        if (Throwaway && !OperatingSystem.IsWindows())
            Delete();
        _lock.Dispose(); // After the deletion, so that nobody takes what is being deleted; Windows will not delete an open file.
        if (Throwaway && OperatingSystem.IsWindows())
            Delete();
    }

    private void Delete()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    // Not the temporary folder of the user: root's may be closed to the server's account, and /tmp may be memory.
    private static string NewThrowaway() => System.IO.Path.Combine(
        Directory.Exists("/var/tmp") ? "/var/tmp" : System.IO.Path.GetTempPath(), $"analytics-postgres-{Guid.NewGuid():n}");
}
