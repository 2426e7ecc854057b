// Where a demo with a kept folder answers, written into the folder, so that an import can say where to look.
namespace Analytics.Demo;

internal static class DemoAddress
{
    private const string FileName = "address";

    /// <param name="folder">Null: a throwaway, which nobody else can find.</param>
    /// <returns>Takes the address back when disposed.</returns>
    public static IDisposable? Announce(string? folder, Uri address)
    {
        if (folder is null)
            return null;
        var file = Path.Combine(folder, FileName);
        File.WriteAllText(file, address.ToString());
        return new Announcement(file);
    }

    /// <returns>Null when no demo with this folder serves.</returns>
    public static Uri? Find(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) && Uri.TryCreate(File.ReadAllText(file), UriKind.Absolute, out var address) ? address : null;
    }

    private sealed class Announcement(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
