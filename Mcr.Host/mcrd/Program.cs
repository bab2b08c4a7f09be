using Mcr.Native.Worker;

// First of all, so that a worker process loads nothing but Mcr.Native.
if (args is ["worker", ..])
    return WorkerMain.Run();
Console.Error.WriteLine("mcrd");
return 64;
