using System.Globalization;
using TokenDashboard;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Import;
using TokenDashboard.SecondProcess;
using TokenDashboard.Testing;

// Tests run this program in a second process: as an application that writes to a store, as maintenance that is killed midway, as Grafana or as ClickHouse.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["grafana"])
{
    await using FakeGrafana server = await FakeGrafana.StartAsync();
    server.Plugins.Add("grafana-clickhouse-datasource");
    Console.WriteLine($"{server.Url} {FakeGrafana.Token} {FakeGrafana.UserName} {FakeGrafana.Password}");
    // Standard input ends when the tests close it, or when they end.
    Console.In.ReadToEnd();
    return;
}
if (args is ["clickhouse", string library, string folder, string port, ..])
{
    new ClickHouseEngine(library, folder, args.ElementAtOrDefault(4), args.ElementAtOrDefault(5)).Serve(int.Parse(port));
    return;
}
string store = args[1];
Console.WriteLine("begun");
switch (args[0])
{
    case "write":
        Exporter.Run(store, pause: int.Parse(args[2]));
        break;
    case "optimize":
        using (var optimizer = new StoreOptimizer(store, CancellationToken.None))
        {
            if (args is [_, _, "rebuild"])
                optimizer.Clear();
            optimizer.Refresh();
            End(optimizer.LongestLock);
        }
        break;
    case "remove":
        using (var remover = new StoreOptimizer(store, CancellationToken.None))
        {
            remover.Remove(DateTimeOffset.Parse(args[2]));
            End(remover.LongestLock);
        }
        break;
    case "import":
        using (var importer = new TokenImporter(store, ImportFormat.Auto, null, whatIf: false, CancellationToken.None))
            End(importer.Import(args[2]).LongestLock);
        break;
    case "sync":
        using (var sync = new TokenStoreSync(store, args[2], new TokenStoreSyncOptions { Source = "store", BatchRows = int.Parse(args[3]) }, CancellationToken.None))
        {
            sync.Run();
            End(default);
        }
        break;
    default:
        throw new ArgumentException($"Unknown mode '{args[0]}'.");
}

static void End(TimeSpan longestLock) => Console.WriteLine($"done, longest lock {longestLock.TotalMilliseconds:0} ms");
