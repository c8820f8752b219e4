using System.Net;

namespace TokenDashboard.Testing;

/// <summary>Listens for requests of this machine.</summary>
internal static class LocalListener
{
    /// <summary>Starts one at a port, or, as the class takes no port 0, at any that is free.</summary>
    /// <returns>The listener and its port. Ports that are chosen here are none that systems give to clients, so that nobody takes one while its server starts again.</returns>
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
                // Another program has it.
            }
        }
    }
}
