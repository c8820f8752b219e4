using System.Net;

namespace TokenDashboard.Testing;

/// <summary>Listens for requests from this machine.</summary>
internal static class LocalListener
{
    /// <summary>Starts a listener at a port, or at any free port. HttpListener itself does not accept port 0.</summary>
    /// <returns>The listener and its port. Free ports are outside the range that systems assign to clients, so that none takes the port during a restart.</returns>
    public static (HttpListener Listener, int Port) Start(int port = 0)
    {
        for (int tried = 0; ; tried++)
        {
            int chosen = port == 0 ? Random.Shared.Next(10_000, 32_000) : port;
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{chosen}/");
            try
            {
                listener.Start();
                return (listener, chosen);
            }
            catch (HttpListenerException) when (port == 0 && tried < 100)
            {
                // Another program uses this port.
            }
        }
    }
}
