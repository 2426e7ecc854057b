// A port that stays somebody's while its server is down.
using System.Net;
using System.Net.Sockets;

namespace Analytics.LocalPostgres;

public static class LoopbackPort
{
    /// <summary>One on 127.0.0.1 that nobody listens on now.</summary>
    /// <remarks>Below the ports that the system gives to clients: one that keeps trying to connect to a port of that range
    /// while nobody listens there is in the end connected to itself, and holds the port.</remarks>
    public static int Free()
    {
        const int first = 20_000, last = 32_000;
        while (true)
        {
            var port = Random.Shared.Next(first, last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has that one.
            }
        }
    }
}
