using Mcr.Host.Mcrd;
using Mcr.Host.Mcrd.Logging;

JournalComplaints.Install();
return CommandLine.Run(args);
