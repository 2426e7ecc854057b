// Which loopback port the demo serves on; asked before PostgreSQL is started, so that a taken one costs no wait.
using System.Net;
using System.Net.Sockets;
using Analytics.Gql;

namespace Analytics.Demo;

internal static class HttpPort
{
    private const int First = 5080;
    private const int Candidates = 100;

    /// <param name="wanted">Null: 5080 or the next free one.</param>
    /// <exception cref="SettingsException">The wanted port is taken or not for us, or none of the candidates is free.</exception>
    public static int Choose(int? wanted)
    {
        if (wanted is { } port)
            return port is < 1 or > 65535
                ? throw new SettingsException($"--port {port} is no TCP port. Give one from 1 to 65535, or leave it out.")
                : WhyNot(port) is { } reason
                ? throw new SettingsException($"--port {port} cannot be used: {reason}. Give another, or leave it out for a free one.")
                : port;
        return Enumerable.Range(First, Candidates).Cast<int?>().FirstOrDefault(p => WhyNot(p!.Value) is null)
            ?? throw new SettingsException($"No port from {First} to {First + Candidates - 1} is free. Give one with --port.");
    }

    private static string? WhyNot(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "another program listens there" : e.Message;
        }
    }
}
