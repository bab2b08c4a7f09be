using Mcr.Native.Worker;

return WorkerMain.Run();
