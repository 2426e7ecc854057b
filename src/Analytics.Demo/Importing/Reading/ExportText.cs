// From a file to its text, or to a refusal that says what the file is instead.
//
// there ⇒ a file ⇒ not too large ⇒ not empty ⇒ UTF-16 by its mark, else UTF-8 ⇒ text
using System.Globalization;
using System.Text;

namespace Analytics.Demo.Importing.Reading;

/// <summary>The text of an export.</summary>
public static class ExportText
{
    /// <summary>Some 600,000 rows: more sets than anyone lifts in a lifetime, and small enough to be read at once.</summary>
    public const long MaxBytes = 64 << 20;

    private const string Remedy = "Give the .csv file that Strong or Hevy exported, not an archive, a spreadsheet or an image.";

    /// <exception cref="ImportRefusedException">Not there, a folder, closed to us, too large, empty, or not text.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken ct)
    {
        if (Directory.Exists(path))
            throw new ImportRefusedException($"{path} is a folder. Give the .csv file in it.");
        if (!File.Exists(path))
            throw new ImportRefusedException($"{path} does not exist. Give the path of the .csv file that Strong or Hevy exported.");
        try
        {
            var bytes = new FileInfo(path).Length;
            if (bytes > MaxBytes)
                throw new ImportRefusedException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} has {bytes:N0} bytes; at most {MaxBytes:N0}. Import it in parts, each with the header."));
            return Decode(await File.ReadAllBytesAsync(path, ct), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportRefusedException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <param name="name">What messages call the file.</param>
    /// <exception cref="ImportRefusedException">Empty, or not text.</exception>
    public static string Decode(byte[] bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var text = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? Utf16(bytes, name) : Utf8(bytes, name);
        if (text.IndexOf('\0') is var at and >= 0)
            throw new ImportRefusedException($"{name} is not a text file: character {at + 1} is NUL. {Remedy}");
        return string.IsNullOrWhiteSpace(text)
            ? throw new ImportRefusedException($"{name} is empty. Export it again, or give another file.")
            : text;
    }

    private static string Utf8(byte[] bytes, string name)
    {
        if (Array.IndexOf(bytes, (byte)0) is var zero and >= 0)
            throw new ImportRefusedException($"{name} is not a text file: byte {zero + 1} is NUL. {Remedy}");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new ImportRefusedException(
                $"{name} is not UTF-8: byte {e.Index + 1} is 0x{bytes[e.Index]:X2}. "
                + "Save it as UTF-8 (Excel: 'CSV UTF-8'), or export it again.");
        }
    }

    // Spreadsheets write it as 'Unicode text'; the mark at its start tells the byte order.
    private static string Utf16(byte[] bytes, string name)
    {
        try
        {
            var encoding = new UnicodeEncoding(bigEndian: bytes[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true);
            return encoding.GetString(bytes.AsSpan(2));
        }
        catch (DecoderFallbackException)
        {
            throw new ImportRefusedException(
                $"{name} begins as UTF-16 but goes on as something else. Save it as UTF-8, or export it again.");
        }
    }
}
