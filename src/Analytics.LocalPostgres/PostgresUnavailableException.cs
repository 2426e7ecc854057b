// No PostgreSQL can be had here; the message says what to do.
namespace Analytics.LocalPostgres;

public sealed class PostgresUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to install, on this operating system.</summary>
    public static PostgresUnavailableException NothingFound() => new(
        $"No PostgreSQL {Binaries.OldestMajor} or newer was found, no Docker answers, and npm has no packaged build. Install one: "
        + (OperatingSystem.IsMacOS() ? "'brew install postgresql@17'"
            : OperatingSystem.IsWindows() ? "'winget install PostgreSQL.PostgreSQL.17'"
            : "'apt-get install postgresql' (Debian, Ubuntu), 'dnf install postgresql-server' (Fedora)")
        + $", or set {Binaries.FolderVariable} to the folder that holds initdb and postgres.");
}
